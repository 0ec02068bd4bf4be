"""Films that show the same: how well and how fast they are found."""
