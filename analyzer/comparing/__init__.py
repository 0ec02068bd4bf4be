"""Face models side by side on the same files: how fast, what each finds, where they agree, who is right."""
