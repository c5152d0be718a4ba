"""Accounts: who may sign in to the admin, and what each of them may do."""
