"""Where Movie records are kept."""
