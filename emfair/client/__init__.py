"""Sending files to emfair: from a script, the command line, or the microscope's own computer.

`emfair.client.http.Client` talks to a server; `engine` deposits a session through it, or straight
into the stores of this machine (`emfair.service.depository`). What does not belong here: stores,
and everything else that a server does.
"""
