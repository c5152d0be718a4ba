"""System messages are written in every language: the catalogues have to be compiled."""

from tests.catalogues import compile_stale

compile_stale()
