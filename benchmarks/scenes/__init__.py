"""Scenes of classes: how fast they are found, how well, and how exactly films are cut, beside others."""
