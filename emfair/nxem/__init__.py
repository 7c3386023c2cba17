"""NXem: from a signal and what is known about it to a NeXus container.

What does not belong here: reading vendor files (`emfair.vendor`) and judging the result
(`emfair.validation`).
"""
