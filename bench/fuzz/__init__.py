"""Real vendor files, damaged on purpose: whatever becomes of them must be told in words.

``python -m bench.fuzz`` damages one or two files of each format in many ways and converts them;
``--make FILE DAMAGE FOLDER`` makes one damaged file again, to look at it.
"""
