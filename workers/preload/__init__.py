"""`python -m workers.preload [APPLICATION]`: all workers of one machine, forked from one process.

With an application (as `newsletter.cli.serve` takes it) that process also has the web server: its processes
are forked first, and the workers when the web server answers, so that on a small machine the pages are there
at once. What all of them import is kept in memory once, and each starts within a moment. The parent makes no
engine and starts no thread: each process makes its own after the fork. It serves nothing itself; it starts
processes again that died, starts workers on demand when a job waits in their queue, and records their
heartbeats while they are not needed. It keeps the one socket for mail that comes in, and forks the listener
when somebody connects.
"""
