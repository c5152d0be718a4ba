"""Ids of rows: what a database can hold, and therefore what anybody can ask for."""

# 64 bits with a sign, in both databases. A larger one is not found rather than asked for.
LARGEST_ID = 2**63 - 1
