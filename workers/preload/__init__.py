"""`python -m workers.preload`: all workers of one machine, forked from a process with everything imported.

What is imported is kept in memory once, and a worker starts within a moment. The parent makes no engine and
starts no thread: each worker makes its own after the fork. It serves no queue itself; it starts workers again
that died, starts those on demand when a job waits in their queue, and records their heartbeats while they are
not needed. It keeps the one socket for mail that comes in, and forks the listener when somebody connects.
"""
