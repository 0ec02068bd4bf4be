"""Marquee and the parts of its work, each run as a script of its own, like a peer."""
