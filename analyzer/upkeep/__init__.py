"""Keeping a store in order: held against the sidecars, rebuilt from them, backed up and restored."""
