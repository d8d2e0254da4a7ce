"""Shares the fixtures of tests/support/scans.py."""

from scans import catalog, scanned  # noqa: F401
