"""emfair: raw electron-microscopy files in, FAIR data out.

The library every face of emfair stands on. It never imports Dagster or Streamlit, and importing
it reads no settings, opens no store and loads no vendor reader.
"""

__version__ = "0.1.0"
