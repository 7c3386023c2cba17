"""Sensors: what happens by itself. Each has a pure function that decides, and a thin one that acts."""
