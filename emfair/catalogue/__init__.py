"""The catalogue: six tables that answer questions across all experiments.

`rows` makes an experiment's rows, `delta` keeps them, `snapshot` publishes them as single Parquet
files, `query` asks them with SQL. What does not belong here: what is true of an experiment (the
documents of `emfair.model`), and who may ask (the faces).
"""
