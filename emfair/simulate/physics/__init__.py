"""What a microscope sees, as expected values in SI units; noise and files come elsewhere."""
