"""Bundles: a file that holds an issue with everything it was made of, and can prove it."""
