"""The registry's history, one revision a file in ``versions``.

A revision is written by hand, and never changed once released. The newest one is named here, so
that opening an up-to-date registry need not import Alembic.
"""

HEAD = "0006"
