"""Exports: the people of a publication in a file, all of them or those that a filter or a segment leaves."""
