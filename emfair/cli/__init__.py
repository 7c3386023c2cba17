"""The command line: a thin face. One module a command; `main` is the composition root."""
