"""Quick looks into a container: a slice, a spectrum, a map, a virtual detector's image.

Read by ranges and chunk by chunk, from every lake; never a container as a whole. What does not
belong here: the viewer of all that a container holds (`emfair.service.viewing`), previews made once
(`emfair.nxem.preview`), and widgets.
"""

from emfair.service.looks.background import can_be_fitted, has_background
from emfair.service.looks.camera import PIXELS, Camera, camera_of
from emfair.service.looks.detector import Beam, Detector, found_beam, presets
from emfair.service.looks.drawing import (
    Area,
    Contrast,
    Drawn,
    Ring,
    drawn,
    figures,
    usual_tones,
)
from emfair.service.looks.edge_window import edge_window
from emfair.service.looks.edges import Edge, edges_of
from emfair.service.looks.first_window import first_window
from emfair.service.looks.fits import Below, background_of, is_too_high
from emfair.service.looks.look import Look, look_at
from emfair.service.looks.subject import Aspect, Kind, Subject
from emfair.service.looks.values import Curve, Flat, in_ev_or_kev, outline
from emfair.service.looks.windows import UNFITTED, is_negative

__all__ = [
    "PIXELS",
    "UNFITTED",
    "Area",
    "Aspect",
    "Beam",
    "Below",
    "Camera",
    "Contrast",
    "Curve",
    "Detector",
    "Drawn",
    "Edge",
    "Flat",
    "Kind",
    "Look",
    "Ring",
    "Subject",
    "background_of",
    "camera_of",
    "can_be_fitted",
    "drawn",
    "edge_window",
    "edges_of",
    "figures",
    "first_window",
    "found_beam",
    "has_background",
    "in_ev_or_kev",
    "is_negative",
    "is_too_high",
    "look_at",
    "outline",
    "presets",
    "usual_tones",
]
