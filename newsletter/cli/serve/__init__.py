"""`python -m newsletter.cli.serve APPLICATION`: the web server, waitress in `WEB_CONCURRENCY` processes.

An event loop takes in whole requests before a thread sees them, and no request may take long to arrive
(`connection`, `server`); `processes` starts and ends the processes.
"""
