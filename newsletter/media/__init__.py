"""Media: images stored once, resized and served."""
