"""The lake port: objects that appear whole or not at all, in a directory, on S3, or in memory.

What does not belong here: what the objects mean (`emfair.lake.layout` only names them).
"""
