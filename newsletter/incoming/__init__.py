"""Mail that comes in: one listener for all of it, and takers by the address that a message is for.

`takers` is the registry. `receive` hands a message to its taker and answers once that is committed;
`server` and `connection` speak SMTP and LMTP.
"""
