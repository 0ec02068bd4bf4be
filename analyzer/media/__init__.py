"""All that touches a media file: opening, decoding, shots, sampling, fingerprints."""
