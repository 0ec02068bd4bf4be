"""Cutting a film: asks the worker to plan, read and join, has ffmpeg encode, and gives the result its name.

cut.py        one file of some spans, or a folder with a file for each
encoding.py   ffmpeg and its commands
output.py     a result that appears whole or not at all
replacing.py  a cut in its film's place
miles.py      cuts as miles-deep makes them

The worker's half, which alone touches the film's bytes, is analyzer/media/cutting.
"""
