"""Which films show the same, by their perceptual hashes alone: copies, edits and clips of one another."""
