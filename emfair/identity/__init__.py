"""Who someone is: one local user where nothing else is set."""
