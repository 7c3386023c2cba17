"""A picture of each measurement, drawn from what a `Watcher` saw.

The same numbers give the same bytes on every machine: the font is Pillow's own, and the letters it
lacks are drawn or spelled out. A preview bears no title: whoever shows it writes that beside it.
"""

from emfair.nxem.preview.compose import draw

__all__ = ["draw"]
