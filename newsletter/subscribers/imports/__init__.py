"""Imports of subscribers from files, at once or by a worker."""
