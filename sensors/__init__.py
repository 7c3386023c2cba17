"""Sensors: what happens by itself. What decides is pure, what acts is thin."""
