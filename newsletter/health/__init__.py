"""Health checks: heartbeats of workers, the age of the outbox, mailings that paused themselves."""
