"""What comes back of a mailing: bounces, complaints, auto-replies and replies by people.

`events` is what all of it is turned into; `parsers` reads messages, `webhooks` what providers post. They are
pure: octets in, events out.
"""
