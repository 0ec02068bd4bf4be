"""Marquee reads a video and says who leads its cast."""
