"""Transports: the SMTP relays that mail leaves by, their limits, quotas and cooldowns, and DKIM keys."""
