"""From faces to people in billing order."""
