"""Reports: what became of a mailing, how a publication grows, what of its issues is read."""
