"""The demonstration: real vendor files through the real chain, on one machine."""
