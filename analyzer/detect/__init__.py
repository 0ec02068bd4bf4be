"""One adapter a kind: pictures in, records out."""
