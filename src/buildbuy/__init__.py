"""buildbuy: build, run from open source, or buy."""

__version__ = "0.1.0"
