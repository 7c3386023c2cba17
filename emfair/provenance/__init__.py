"""Who did what, with which bytes: one record a step, readable without emfair."""
