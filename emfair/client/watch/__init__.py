"""``emfair watch``: a folder that a microscope writes into, shipped as its files settle.

A turn of the watcher is: look (`look`), note what has changed in a small database that survives
everything (`spool`, `seen`), decide what may be done (`decide`, which is pure), do it (`act`),
tell (`journal`, `status`), wait. Whatever kills it between two statements, the next turn decides
from what the spool holds, and each act may be repeated.

What does not belong here: how a file travels (`emfair.client.depository` and who implements it).
"""
