"""Vendor files, read through RosettaSciIO: reader, companions, signals, the meaning of tags.

What does not belong here: NeXus. A signal leaves this room with the vendor's names and units.
"""
