"""Spam checks: workers show drafts to a SpamAssassin, where one is configured."""
