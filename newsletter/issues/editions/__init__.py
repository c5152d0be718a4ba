"""Editions of an issue: adding and removing one, translating its texts, files for translators."""
