"""The pages: each a script that Streamlit runs anew for every interaction."""
