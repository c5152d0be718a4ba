"""Full-text search in what readers see of published issues, with the same answers on both databases.

SQLite finds words in an FTS5 table, PostgreSQL in a `tsvector` with a GIN index. Neither takes texts apart or
folds letters: both are given the words that `words` makes of a text, so that they cannot differ.
"""
