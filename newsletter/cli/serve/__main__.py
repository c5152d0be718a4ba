"""Serve a WSGI application, `module:name` or `module:function()`, as the settings say."""

import os
import sys

from newsletter.cli.serve.processes import Parent, listen, serve
from newsletter.core import logs
from newsletter.settings import load_settings


def main(application: str) -> int:
    """Until a TERM; the exit code."""
    settings = load_settings()
    logs.configure(settings.log_format)
    log = logs.Logger(__name__)
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        log.error("the web server cannot listen", host=settings.host, port=settings.port, why=str(error))
        return 1
    processes = settings.web_concurrency
    log.info("the web server listens", host=settings.host, port=settings.port, processes=processes)
    if processes == 1:
        return serve(application, listener, settings.web_threads)
    return Parent(application, listener, processes=processes, threads=settings.web_threads).run()


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    sys.exit(main(sys.argv[1]))
