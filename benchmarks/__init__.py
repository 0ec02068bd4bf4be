"""Measurements of speed, ours beside others', in one run. Not part of the installed program."""
