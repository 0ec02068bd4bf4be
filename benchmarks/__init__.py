"""Speed and quality, ours beside others', in one run. Run a module: `python -m benchmarks.NAME`."""
