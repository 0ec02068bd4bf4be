"""What each second of a video shows, the blocks that are made of it, and the forms they are written in."""
