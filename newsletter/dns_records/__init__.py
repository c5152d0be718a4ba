"""What DNS records say about a domain's mail, read from text; only `ask` uses the network."""
