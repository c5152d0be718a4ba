"""Sending: each recipient gets at most one copy, nobody is forgotten, and the counts add up.

In the order of a mailing's life: schedule · freeze · reserve · transmit · settle · recover · finish.
docs/sending.md describes the protocol.
"""
