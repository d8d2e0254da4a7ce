"""buildbuy: build, run from open source, or buy. `buildbuy.library.decide` is the command from Python."""

__version__ = "0.1.0"
