"""The story ledger: which stories a publication has met, in its inbox and in its issues."""
