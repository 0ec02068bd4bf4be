"""What a user would wire together instead: a small script each, run in an environment of its own."""
