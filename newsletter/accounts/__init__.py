"""Accounts: who may sign in to the editor's desk, and what each of them may do."""
