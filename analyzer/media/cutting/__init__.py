"""Cutting a film, the worker's half: plans what is copied and encoded, joins it, and checks the result."""
