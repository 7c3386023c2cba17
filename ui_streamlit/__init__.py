"""The browser app: pages that ask the service and show what it says.

`app.py` is the composition root, `main.py` the navigation. What does not belong here: use cases
(``emfair.service``), SQL and Dagster.
"""
