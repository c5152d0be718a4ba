"""States, reasons and actions in words for people, keyed by their enums (`tests/web/admin/test_words.py`)."""
