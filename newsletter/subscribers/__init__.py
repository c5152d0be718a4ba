"""Subscribers: subscribing, unsubscribing, consent, suppression, import, export, erasure."""
