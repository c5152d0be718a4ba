"""The web server's configuration, from the settings: `gunicorn -c python:newsletter.cli.run.gunicorn_config`.

The number of processes is gunicorn's own WEB_CONCURRENCY (default 1).
"""

from pathlib import Path

from newsletter.settings import load_settings

_settings = load_settings()

bind = [
    f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
]
worker_class = "gthread"
threads = _settings.web_threads
timeout = 60  # seconds without a sign of life; a thread that works does not stop the signs
graceful_timeout = 10
keepalive = 5
# Heartbeats are written to a file: on a disk they would wait for it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The app itself counts the proxies in front of it (TRUSTED_PROXIES) and believes no others.
forwarded_allow_ips = ""
control_socket_disable = True
