"""How many pages a second the web server answers, beside a Flask view that renders one template.

Both run as the line `web` of the `Procfile` says, two processes each, on this machine's loopback, and are
asked by turns, so that both meet the same machine; the load's generator (`load.py`) shares it with them. The
database is the demo on SQLite, with people enough to unsubscribe one after the other. p99, what one request
in a hundred takes longer than, is measured at half of the rate that was reached.
"""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import Load, http_request, side_by_side
from benchmarks.rig import judged, machine
from newsletter import migrations
from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.app import create_app
from newsletter.demo.make import make_demo
from newsletter.media.files import MediaFiles
from newsletter.publications.find import find_publication
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from newsletter.subscribers.topics.create import create_topic
from tests.factories import make_readers
from tests.processes import Installation, procfile, wait_until
from tests.servers import start_valkey
from tests.servers.processes import ROOT, free_port, leashed
from tests.web.signed_in import signed_in_client

PROCESSES, CONNECTIONS = 2, 16
ROUNDS, SECONDS = 4, 1.0  # of each page and of the bare one, by turns
LEAVERS = 6_000  # people who are there to unsubscribe
SLOWEST = 0.2  # seconds, p99 at half rate
APPLICATION, BARE = '"newsletter.app:create_app_from_environment()"', "benchmarks.bare:app"


class Figure(NamedTuple):
    """A page, the share of the bare view's rate that is asked of it, and the requests for it."""

    name: str
    target: float
    requests: Iterator[bytes]


def figures(settings: Settings) -> list[Figure]:
    """Fill the database, and say what to ask for."""
    runtime = Runtime(settings)
    migrations.upgrade(runtime.engine)
    with runtime.session() as session:
        demo = make_demo(session, MediaFiles(settings.media_dir), runtime.links)
        publication = find_publication(session, demo.publication_slug)
        subscriptions = make_readers(session, publication, LEAVERS)
        for name in ("Sport", "Opera", "Tides"):
            create_topic(session, publication, name, actor="bench")
        publication.language_at_sign_up = True
        editor = create_user(
            session, email="ed@press.example", role=RoleName.EDITOR, password=None, actor="bench"
        )
        session.commit()
        browser = signed_in_client(create_app(settings), session, editor)
        kept = browser.get_cookie("newsletter_session")
    runtime.engine.dispose()
    assert kept is not None
    slug, issue = demo.publication_slug, demo.newest_slug
    leave = (urlsplit(runtime.links.unsubscribe(one.id)).path for one in subscriptions)
    form = "application/x-www-form-urlencoded"
    return [
        Figure("sign-up page", 0.4, repeat(http_request("GET", f"/subscribe/{slug}"))),
        # Whoever comes from a campaign gets a page of their own, with its marks.
        Figure("sign-up, linked", 0.2, repeat(http_request("GET", f"/subscribe/{slug}?utm_source=blog"))),
        Figure("archive", 0.6, repeat(http_request("GET", f"/archive/{slug}/"))),
        Figure("issue", 0.6, repeat(http_request("GET", f"/archive/{slug}/{issue}"))),
        Figure("/healthz", 0.6, repeat(http_request("GET", "/healthz"))),
        Figure(
            "one-click",
            0.25,
            (http_request("POST", path, b"List-Unsubscribe=One-Click", Content_Type=form) for path in leave),
        ),
        Figure(
            "list of issues",
            0.25,
            repeat(http_request("GET", f"/admin/p/{slug}/issues", Cookie=f"{kept.key}={kept.value}")),
        ),
    ]


@contextmanager
def bare_server(installation: Installation) -> Iterator[int]:
    """The port of the bare view, on the server of the `Procfile`."""
    port = free_port()
    command = procfile()["web"].replace(APPLICATION, BARE)
    assert BARE in command, "the Procfile starts another application than this benchmark knows"
    with subprocess.Popen(
        [*leashed(), "/bin/sh", "-c", f"exec {command}"],
        env={**installation.environment, "PORT": str(port)},
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as process:
        try:
            wait_until(lambda: answers(port))
            yield port
        finally:
            process.terminate()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def measure(figure: Figure, port: int, bare_port: int) -> bool:
    """Print the figure; whether it is as asked."""
    load = Load(port, figure.requests, connections=CONNECTIONS)
    bare = Load(bare_port, repeat(http_request("GET", "/")), connections=CONNECTIONS)
    pages, reference = side_by_side(load, bare, rounds=ROUNDS, seconds=SECONDS)
    half = load.at_rate(pages.rate / 2, ROUNDS * SECONDS)
    ratio, p99 = pages.rate / reference.rate, half.percentile(0.99)
    print(
        f"  {figure.name:<14} {pages.rate:6.0f}/s = {ratio:.2f} × bare ({reference.rate:.0f}/s), "
        f"{figure.target} asked: {judged(ratio, figure.target)}; "
        f"p99 {p99 * 1000:.0f} ms, {SLOWEST * 1000:.0f} asked: {judged(SLOWEST, p99)}",
        flush=True,
    )
    return ratio >= figure.target and p99 <= SLOWEST


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        variables = {"WEB_CONCURRENCY": str(PROCESSES), "WEB_THREADS": "8", "SECRET_KEY": "of the benchmark"}
        with Installation(Path(folder), redis_url=start_valkey(), **variables) as installation:
            asked = figures(installation.settings)
            installation.start("web")
            with bare_server(installation) as bare_port:
                print(f"pages, {PROCESSES} processes, SQLite; {machine()}")
                for figure in asked:
                    measure(figure, installation.port, bare_port)


if __name__ == "__main__":
    main()
