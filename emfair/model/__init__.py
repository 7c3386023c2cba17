"""The nouns: values that every room of emfair shares.

Plain frozen values with their rules, no stores and no clocks. What does not belong here: how they
are stored (``registry``, ``lake``), and how they are shown.
"""
