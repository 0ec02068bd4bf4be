"""Write given spans of a video file into one file, or into a folder of pieces, and check the result."""
