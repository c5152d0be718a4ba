"""Snippets: texts that many issues of a publication share, and that are edited in one place.

An issue holds the words of the snippets that it uses. Saving a snippet is an edit of every draft that uses
it: so approvals, test messages, previews, bundles and history need to know nothing of snippets. What is
scheduled or was sent keeps the words that it had. The reasons are in docs/adr/0046.
"""
