"""python -m analyzer is marquee."""

from analyzer.cli import main

main()
