"""What a user does at the command line, step by step, with the real reference digest."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from newsletter.document import Document, loads
from newsletter.publications import create as domain
from newsletter.runtime import Runtime
from tests.factories import REFERENCE_DIGEST, make_subscription
from tests.processes import Installation

SLUG = "coalition"
POSTAL_ADDRESS = ("Lantern House", "1 Quay Street", "1000 Northport")
SENDER_EMAIL = "desk@coalition.example"
SENDER = f"The Lantern Coalition <{SENDER_EMAIL}>"
PUBLICATION = {
    "slug": SLUG,
    "name": "Coalition Weekly",
    "postal_address": "\n".join(POSTAL_ADDRESS),
    "reply_to": "answers@coalition.example",
    "timezone": "Europe/Rome",
}
PICTURE_IN_FIXTURE = "media:stories/lighthouse.jpg"
ALL_SENT = {"in_flight": 0, "pending": 0, "rejected": 0, "retry": 0, "unanswered": 0}


def create_publication(installation: Installation) -> None:
    """Create that everything here is about, at the command line."""
    options = [part for name, value in PUBLICATION.items() for part in (f"--{name.replace('_', '-')}", value)]
    made = installation.ask("publication", "create", *options, "--from", SENDER)
    assert made["subscribe_url"] == installation.settings.effective_public_url + f"/subscribe/{SLUG}"


def begin(installation: Installation, readers: Mapping[str, str]) -> None:
    """The same publication with `readers` (address and name), made here: for stories that begin later."""
    runtime = Runtime(installation.settings)
    with runtime.session() as session:
        publication = domain.create_publication(session, **PUBLICATION, sender=SENDER, actor="test")
        for email, name in readers.items():
            make_subscription(session, publication, email, name)
        session.commit()
    runtime.engine.dispose()


def add_picture(installation: Installation, folder: Path) -> str:
    """Paint the digest's picture and add it: what documents call it."""
    picture = paint_picture(folder)
    added = installation.ask("media", "add", picture, "--alt", "A lighthouse", "--credit", "Ilse Brandt")
    return str(added["media"])


def paint_picture(folder: Path) -> Path:
    """The file of the digest's picture."""
    picture = folder / "lighthouse.jpg"
    _paint().save(picture, quality=85)
    return picture


def digest(picture: str, **changes: str) -> str:
    """The reference digest with `picture` and `changes`, as JSON."""
    text = REFERENCE_DIGEST.read_text(encoding="utf-8").replace(PICTURE_IN_FIXTURE, picture)
    return json.dumps(json.loads(text) | changes)


def import_digest(
    installation: Installation, folder: Path, picture: str, **changes: str
) -> tuple[int, Document]:
    """Import the reference digest with `picture` and `changes`: the issue's id, and what was imported."""
    text = digest(picture, **changes)
    file = folder / "digest.json"
    file.write_text(text, encoding="utf-8")
    return installation.ask("issue", "import", file, "--publication", SLUG)["issue"], loads(text)


def send(installation: Installation, issue: int) -> dict[str, Any]:
    """Send an issue now, wait until it is over, and hold the accounts against the equation."""
    mailing = installation.ask("issue", "send", str(issue))["mailing"]
    status: dict[str, Any] = installation.ask("mailing", "status", str(mailing), "--wait", timeout=600)
    assert status["state"] == "finished", status
    left_out = sum(status["excluded"].values())
    assert status["candidates"] == status["sent"] + sum(status[word] for word in ALL_SENT) + left_out, status
    return status


@cache
def _paint() -> Image.Image:
    """A lighthouse at dusk, more or less."""
    picture = Image.linear_gradient("L").resize((1200, 675)).convert("RGB")
    picture.paste((240, 240, 235), (560, 160, 640, 560))
    picture.paste((190, 60, 40), (560, 260, 640, 340))
    return picture
