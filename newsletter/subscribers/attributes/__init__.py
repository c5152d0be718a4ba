"""Attributes: the typed fields that a publication keeps of its subscribers beside name and language."""
