"""Serve every queue, take mail that comes in and, with an application, serve that, until a TERM."""

import os
import sys

from newsletter.cli.run.config import web_answers
from newsletter.cli.serve.processes import listen
from newsletter.core import logs
from newsletter.settings import load_settings
from workers.preload.parent import Parent, Web


def main(application: str) -> int:
    """Until a TERM; the exit code. `application`: empty for no web server."""
    settings = load_settings()
    logs.configure(settings.log_format)
    if not application:
        return Parent().run()
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        log = logs.Logger(__name__)
        log.error("the web server cannot listen", host=settings.host, port=settings.port, why=str(error))
        return 1
    web = Web(
        application,
        listener,
        web_answers(settings),
        processes=settings.web_concurrency,
        threads=settings.web_threads,
    )
    return Parent(web).run()


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    sys.exit(main("".join(sys.argv[1:2])))
