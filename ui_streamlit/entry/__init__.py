"""The script Streamlit runs for every visit, in a folder of its own.

Beside a folder called ``pages`` Streamlit takes the first visit to ``/sql`` for its old kind of
multi-page app, and runs that page alone: no navigation, no frame. Here there is no such folder.
"""
