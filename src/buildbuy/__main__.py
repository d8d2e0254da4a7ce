"""`python -m buildbuy`."""

from buildbuy.cli import main

main()
