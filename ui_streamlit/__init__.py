"""The browser app: pages that ask the service and show what it says.

`app` is the composition root, `main` the navigation, `entry` the script that runs it. What does
not belong here: use cases (``emfair.service``), SQL and Dagster.
"""
