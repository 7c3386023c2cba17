"""What people read of an experiment: the READMEs of the lake."""
