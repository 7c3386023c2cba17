"""Validation: what a container is worth, as findings.

``container`` opens a file and finds its entries, ``views`` reads each object once, ``walk`` goes
through them, ``judge`` asks pynxtools (through ``visitor`` and ``trees``, which remember),
``own_checks`` and ``nxdata_checks`` look where pynxtools does not, ``rules.yaml`` says what each
finding weighs and how it is told, ``validate`` puts them together, ``report`` makes them readable.
"""
