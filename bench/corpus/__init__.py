"""Every real vendor file at hand, converted, judged and compared with what RosettaSciIO reads.

``python -m bench.corpus`` prints a table with a row a format; ``--write FILE`` makes it a page.
"""
