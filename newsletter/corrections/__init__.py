"""Corrections: what is put right after an issue was sent. The message that was sent stays what it was."""
