"""Mailings: one act of sending each, and the ledger that accounts for every recipient."""
