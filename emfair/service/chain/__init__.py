"""The chain's steps on one experiment, each a function of the stores and an identifier.

receive → convert → judge → describe → index. Whoever runs them (a Dagster asset, a test) gets a
value that says what was done, with its provenance record. What does not belong here: Dagster.
"""
