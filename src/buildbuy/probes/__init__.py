"""Measure real systems: load at a constant arrival rate, environments, processes. Every part does I/O."""
