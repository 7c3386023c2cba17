"""The REST API: a thin face of the service, mounted in the app or served alone.

`emfair.api.app.create_app` is the door. What does not belong here: use cases (``service``).
"""
