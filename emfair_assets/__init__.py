"""emfair's chain as Dagster assets, one partition an experiment.

Thin: each asset calls a step of `emfair.service.chain` and shows what came out. What does not
belong here: conversion, validation, storage.
"""
