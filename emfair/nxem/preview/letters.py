"""Inks, the font, and the letters that Pillow's own font lacks."""

from __future__ import annotations

from typing import Any

from PIL import ImageDraw, ImageFont

INK, PAPER, GRID, LINE, FILL = "#1b2430", "#ffffff", "#dfe4ea", "#1f6feb", "#dbe8fc"
Pen = ImageDraw.ImageDraw
_PLAIN = (("μ", "µ"), ("Å", "Å"), ("angstrom", "Å"), ("**", "^"), ("⁻¹", "^-1"), ("⁻²", "^-2"))


def font(size: float) -> Any:
    """Return Pillow's own font, the same on every machine."""
    return ImageFont.load_default(size)


def drawable(text: str) -> str:
    """Return `text` in letters that `write` can write."""
    for given, plain in _PLAIN:
        text = text.replace(given, plain)
    return "".join(char if char in "µÅ°" or char.isascii() else "?" for char in text)


def width_of(text: str, face: Any) -> float:
    """Return how wide `write` writes a drawable text."""
    return float(face.getlength(_bare(text)))


def write(pen: Pen, at: tuple[float, float], text: str, ink: str | int, face: Any) -> None:
    """Write a drawable text with its upper left corner at `at`.

    A µ is a u with a stem down to the left, an Å an A below a ring.
    """
    pen.text(at, _bare(text), fill=ink, font=face)
    base = at[1] + face.getmetrics()[0]
    for index, char in enumerate(text):
        if char not in "µÅ":
            continue
        left = at[0] + face.getlength(_bare(text[:index]))
        if char == "µ":
            stem = left + face.size * 0.08
            top, foot = base - face.size * 0.4, base + face.size * 0.22
            pen.rectangle((stem, top, stem + face.size * 0.07, foot), fill=ink)
        else:
            middle, around = left + face.getlength("A") / 2, face.size * 0.11
            top = base - face.size * 0.93
            ring = (middle - around, top, middle + around, top + 2 * around)
            pen.ellipse(ring, outline=ink, width=max(1, round(face.size * 0.06)))


def _bare(text: str) -> str:
    return text.replace("µ", "u").replace("Å", "A")
