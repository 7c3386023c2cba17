"""Vendor files, read through RosettaSciIO: which reader, which companions, which signals, which tags.

What does not belong here: NeXus. A signal leaves this room with the vendor's names and units.
"""
