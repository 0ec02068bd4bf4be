"""Settings files that ship with Marquee: default.toml and the presets."""
