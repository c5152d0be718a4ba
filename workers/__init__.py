"""The Celery workers: they bind jobs to the domain. Bodies are load, call, commit."""
