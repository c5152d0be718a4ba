"""Take the pictures of the README: `python -m tests.features.screenshots FOLDER`, or `make screenshots`.

The demo is served by this process, on a Thursday in May 2026 and with workers that seem to live, so that two
runs make the same pictures as far as the browser and its fonts do.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import time_machine
from flask import Flask
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from newsletter import migrations
from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.app import create_app
from newsletter.core.db import make_engine
from newsletter.demo.make import Demo, make_demo
from newsletter.health.heartbeats import SERVED, SWEEP, open_redis, record_heartbeat
from newsletter.media.files import MediaFiles
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from newsletter.web.database import db
from tests.features.looking import chromium, open_tab
from tests.servers import start_valkey
from tests.servers.processes import free_port
from tests.serving import serve

THURSDAY = datetime(2026, 5, 21, 16, 20, tzinfo=UTC)
EMAIL, PASSWORD = "mira@coalition.example", "seven quiet herons"
LARGEST = 200_000  # octets of a picture


@dataclass(frozen=True)
class Picture:
    """One picture: its file, the page and the window. `wait` must be on the page; `sharp` is for phones."""

    name: str
    path: str
    width: int = 1280
    height: int = 860
    scheme: str = "light"
    wait: str = "h1"
    sharp: bool = False

    @property
    def dark(self) -> "Picture":
        return replace(self, name=self.name.replace("-light", "-dark"), scheme="dark")


def pictures(demo: Demo) -> list[Picture]:
    """Every picture of the documents."""
    draft, slug = f"/admin/issues/{demo.draft_id}", demo.publication_slug
    public = [
        Picture("archive-light", f"/archive/{slug}/{demo.newest_slug}", 1000, 1200),
        Picture("email-light", f"/archive/{slug}/{demo.newest_slug}/email", 720, 1200),
        Picture("subscribe-light", f"/subscribe/{slug}", 1000, 760),
    ]
    return [
        Picture("home", f"/admin/p/{slug}"),
        Picture("home-phone", f"/admin/p/{slug}", 390, 800, sharp=True),
        Picture("editor", f"{draft}/edit", wait="iframe"),
        Picture("inbox", f"/admin/p/{slug}/inbox"),
        Picture("inbox-phone", f"/admin/p/{slug}/inbox", 390, 800, sharp=True),
        Picture("review", f"{draft}/send"),
        Picture("mailing", f"/admin/mailings/{demo.mailing_id}"),
        *public,
        *(picture.dark for picture in public),
    ]


def main(folder: Path) -> None:
    """Take all pictures and write them into `folder`; fails when one is larger than `LARGEST`."""
    with (
        tempfile.TemporaryDirectory() as kept,
        time_machine.travel(THURSDAY, tick=True),
        _demo(Path(kept)) as (origin, demo),
        chromium() as browser,
    ):
        cookies = _sign_in(browser, origin)
        for picture in pictures(demo):
            octets = _take(browser, origin, picture, cookies)
            if len(octets) > LARGEST:
                message = f"{picture.name} is too large: {len(octets)} octets"
                raise ValueError(message)
            (folder / f"{picture.name}.png").write_bytes(octets)


@contextmanager
def _demo(folder: Path) -> Iterator[tuple[str, Demo]]:
    """The demo behind a web server of this process."""
    port = free_port()
    settings = Settings(
        data_dir=folder,
        redis_url=start_valkey(),
        secret_key=SecretStr("a secret for pictures"),
        public_url=f"http://127.0.0.1:{port}",
        organisation="The Lantern Coalition",
    )
    demo = _make(settings)
    app = create_app(settings)
    app.session_interface = EndlessSessions()
    with serve(app, port) as origin:
        yield origin, demo
    with app.app_context():
        db.engine.dispose()


class EndlessSessions(SecureCookieSessionInterface):
    """The browser does not live in May 2026: it would take every cookie for one that is over."""

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> None:
        return None


def _make(settings: Settings) -> Demo:
    engine = make_engine(settings.effective_database_url)
    migrations.upgrade(engine)
    engine.dispose()
    runtime = Runtime(settings)
    with runtime.session() as session:
        demo = make_demo(session, MediaFiles(settings.media_dir), runtime.links)
        create_user(session, email=EMAIL, role=RoleName.OWNER, password=PASSWORD, actor="pictures")
        session.commit()
    runtime.engine.dispose()
    with open_redis(settings.effective_redis_url, 5) as client:
        for name in (*SERVED, SWEEP):
            record_heartbeat(client, name)
    return demo


def _sign_in(browser: Browser, origin: str) -> list[dict[str, object]]:
    tab = open_tab(browser, locale="en-GB")
    tab.goto(f"{origin}/sign-in")
    tab.get_by_label("Email address").fill(EMAIL)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Home")
    cookies = [dict(cookie) for cookie in tab.context.cookies()]
    tab.context.close()
    return cookies


def _take(browser: Browser, origin: str, picture: Picture, cookies: list[dict[str, object]]) -> bytes:
    tab = open_tab(
        browser,
        locale="en-GB",
        color_scheme=picture.scheme,
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=2 if picture.sharp else 1,
    )
    tab.context.add_cookies(cookies)  # type: ignore[arg-type]
    tab.goto(origin + picture.path)
    _settle(tab, picture)
    taken = tab.screenshot(animations="disabled", caret="hide")
    tab.context.close()
    return _smaller(taken)


def _settle(tab: Page, picture: Picture) -> None:
    tab.locator(picture.wait).first.wait_for()
    tab.wait_for_load_state("networkidle")
    tab.evaluate("document.fonts.ready")


def _smaller(octets: bytes) -> bytes:
    """The same picture with a palette of 256 colours."""
    image = Image.open(BytesIO(octets)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    file = BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
