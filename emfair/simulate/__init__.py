"""A synthetic microscope: sessions of files as vendors' software writes them, for tests and demos.

`physics` makes expected values, `recipes` acquisitions of them, `formats` files; `run` puts these
into a folder at the pace of a microscope, and says what is true of each.
"""
