"""One suite for each task: whatever a network comes from, it keeps the same promises.

A test module of a backend makes a class of these with a fixture `model`. See models/contracts.py.
"""
