"""The benchmark: emfair measured beside baselines in the same run (`python -m bench`).

What does not belong here: tests (`tests/bench` only sees that it runs) and numbers from elsewhere.
"""
