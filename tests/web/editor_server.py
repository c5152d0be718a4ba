"""The server side of the issue editor as one small program: real documents, real rendering, nothing stored.

`python -m tests.web.editor_server [PORT]` serves the demo's digest to look at the editor; the tests drive it
in a browser and turn its switches (`signed_out`, `silent`, `others`).
"""

import io
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonpatch
from flask import Flask, Response, jsonify, request
from PIL import Image, UnidentifiedImageError

from newsletter.document import Document, DocumentInvalid, loads
from newsletter.document.blocks import BLOCKS
from newsletter.document.merge import NAMES
from newsletter.document.reading import read
from newsletter.document.walk import images, links
from newsletter.rendering.compose import compose
from newsletter.rendering.render_input import MediaImage, PublicationInput, RenderInput
from newsletter.web.assets_manifest import STATIC_FOLDER, asset_url
from newsletter.web.headers import CONTENT_SECURITY_POLICY, EMAIL_CONTENT_SECURITY_POLICY
from tests.serving import serve

DIGEST = Path(__file__).parents[2] / "newsletter/demo/documents/a-line-reopens.json"
PICTURE = "/media/"
LOCKED = "This issue is scheduled for Friday. Unschedule it to edit it."
PAGE = """<!DOCTYPE html>
<html lang="en" dir="{dir}"{scheme}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="csrf-token" content="{token}"><title>Editor</title>
<link rel="icon" href="{icon}"><link rel="stylesheet" href="{admin}"><link rel="stylesheet" href="{style}">
<script src="{script}" type="module"></script></head>
<body class="desk desk-editor"><header class="rail"></header>
<main class="desk-main" id="main"><div class="page-head"><h1>{title}</h1></div>
<div id="issue-editor"></div>
<script type="application/json" id="issue-editor-facts">{facts}</script></main></body></html>"""


@dataclass
class Desk:
    """One issue and everything that can happen to it."""

    document: Document
    revision: int = 1
    saved_by: str = "ana@example.org"
    token: str = "first"
    signed_out: bool = False
    silent: bool = False  # answers with 503, as a proxy does while the service is away
    shut: bool = False  # the page is another one now, as for somebody who is signed out
    forbidden: bool = False
    locked: bool = False
    dir: str = "ltr"
    scheme: str = ""
    others: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    patches: list[list[dict[str, Any]]] = field(default_factory=list)
    refusals: list[dict[str, str]] = field(default_factory=list)

    @property
    def etag(self) -> str:
        return f"r{self.revision}"

    def save(self, document: Document, by: str = "ana@example.org") -> None:
        """Somebody, perhaps somebody else, saved."""
        self.document, self.saved_by = document, by
        self.revision += 1

    def change(self, operations: list[dict[str, Any]], by: str) -> None:
        """Somebody else changes the document by a JSON Patch."""
        changed = jsonpatch.apply_patch(whole(self.document), operations)
        self.save(read(changed), by)


def whole(document: Document) -> dict[str, Any]:
    return document.model_dump(mode="json")


def digest() -> Document:
    """The demo's digest: most blocks, several scripts, pictures."""
    return loads(DIGEST.read_text(encoding="utf-8"))


def make_app(desk: Desk) -> Flask:
    app = Flask(__name__, static_folder=str(STATIC_FOLDER), static_url_path="/static")
    app.add_url_rule("/edit", "edit", lambda: page(desk))
    app.add_url_rule("/document", "document", lambda: answer_document(desk))
    app.add_url_rule("/document", "change", lambda: change(desk), methods=["PATCH"])
    app.add_url_rule("/preview", "preview", lambda: preview(desk))
    app.add_url_rule("/check", "check", lambda: jsonify(findings=list(findings(desk.document))))
    app.add_url_rule("/upload", "upload", lambda: upload(desk), methods=["POST"])
    app.add_url_rule(f"{PICTURE}<key>", "picture", lambda key: picture(desk, key))
    app.add_url_rule("/presence", "presence", lambda: jsonify(others=desk.others), methods=["POST"])
    app.add_url_rule("/sign-in", "sign_in", lambda: sign_in(desk))
    app.add_url_rule("/send", "send", lambda: "<h1>Review</h1>")
    app.before_request(lambda: gate(desk))
    app.after_request(with_headers)
    return app


def gate(desk: Desk) -> tuple[Response, int] | None:
    """What stands before every answer: is anybody there, are they signed in, is the token theirs."""
    if request.path.startswith(("/static", "/sign-in")):
        return None
    if desk.silent:
        return jsonify(error="away"), 503
    if desk.signed_out:
        return jsonify(error="signed_out", sign_in="/sign-in"), 401
    if desk.forbidden:
        return jsonify(error="forbidden", message="Your role on the team does not allow this."), 403
    if request.method not in {"GET", "HEAD"} and request.headers.get("X-CSRFToken") != desk.token:
        return jsonify(error="csrf"), 403
    return None


def with_headers(response: Response) -> Response:
    policy = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' https: blob:")
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["Cache-Control"] = "no-store"
    return response


def sign_in(desk: Desk) -> str:
    """Looking at it is enough; the session is a new one, and so is its token."""
    desk.signed_out, desk.token = False, "second"
    return "<h1>Signed in</h1>"


def page(desk: Desk) -> str:
    if desk.shut:
        return "<h1>Sign in</h1>"
    text = json.dumps(facts(desk)).replace("<", "\\u003c")
    names = {"icon": "icon.svg", "admin": "admin.css", "style": "editor.css", "script": "editor.js"}
    urls = {name: asset_url(file) for name, file in names.items()}
    scheme = f' data-scheme="{desk.scheme}"' if desk.scheme else ""
    title = desk.document.title.replace("<", "&lt;")
    return PAGE.format(facts=text, token=desk.token, dir=desk.dir, scheme=scheme, title=title, **urls)


def facts(desk: Desk) -> dict[str, Any]:
    urls = ("document", "preview", "check", "upload", "presence", "send")
    return {
        "issueId": 7,
        "title": desk.document.title,
        "publication": {"slug": "weekly", "name": "Coalition Weekly", "language": "en", "dir": desk.dir},
        "document": whole(desk.document),
        "etag": desk.etag,
        "locked": desk.locked,
        "lockedSentence": LOCKED if desk.locked else "",
        "urls": {name: f"/{name}" for name in urls}
        | {"media": PICTURE, "signIn": "/sign-in", "issues": "/send"}
        | ({"unschedule": "/send"} if desk.locked else {}),
        "blocks": [
            {"type": block.key, "label": block.label, "example": block.example().model_dump(mode="json")}
            for block in BLOCKS
        ],
        "mergeFields": [{"name": name, "label": name.replace("_", " ").capitalize()} for name in NAMES],
        "limits": {"operations": 500},
        "user": "me@example.org",
    }


def answer_document(desk: Desk) -> Response:
    return jsonify(document=whole(desk.document), etag=desk.etag, locked=desk.locked)


def change(desk: Desk) -> tuple[Response, int] | Response:
    operations = request.get_json(force=True)
    if request.headers.get("If-Match") != desk.etag:
        return jsonify(etag=desk.etag, document=whole(desk.document), by=desk.saved_by), 412
    if desk.locked:
        return jsonify(message="This issue is scheduled."), 409
    try:
        document = read(jsonpatch.apply_patch(whole(desk.document), operations))
    except DocumentInvalid as error:
        desk.refusals.append(error.fields)
        return jsonify(message=error.message, fields=error.fields), 400
    desk.patches.append(operations)
    desk.save(document, "me@example.org")
    return jsonify(etag=desk.etag, saved_at="2026-05-14T18:03:00+00:00")


def preview(desk: Desk) -> Response:
    media = {
        image.src.removeprefix("media:"): MediaImage(PICTURE + image.src.removeprefix("media:"), 600, 400)
        for _, image in images(desk.document)
        if image.src.startswith("media:")
    }
    publication = PublicationInput("Coalition Weekly", "1 Quay Street, Northport")
    composed = compose(RenderInput(desk.document, publication, media=media))
    if request.args.get("variant") == "text":
        return framed(Response(composed.text, mimetype="text/plain"))
    return framed(Response(composed.html, mimetype="text/html"))


def framed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


def findings(document: Document) -> Iterator[dict[str, str]]:
    if not document.subject:
        yield {"rule": "subject", "level": "blocking", "message": "The subject is empty.", "path": "subject"}
    for place, image in images(document):
        if image.src and not image.alt:
            words = "This image has no words for who cannot see it."
            yield {"rule": "alt", "level": "warning", "message": words, "path": f"{place}.alt"}
    for link in links(document):
        if link.value.startswith("http:"):
            words = "This link is not encrypted (http)."
            yield {"rule": "http", "level": "warning", "message": words, "path": link.path}


def upload(desk: Desk) -> tuple[Response, int] | Response:
    octets = request.files["file"].read()
    try:
        with Image.open(io.BytesIO(octets)) as opened:
            width, height = opened.size
    except UnidentifiedImageError:
        return jsonify(message="This file is not an image that can be read."), 400
    key = f"upload-{len(desk.pictures) + 1}"
    desk.pictures[key] = octets
    words = {"alt": "", "caption": "", "credit": "From the library"}
    return jsonify(src=f"media:{key}", url=f"{PICTURE}{key}", width=width, height=height, **words)


def picture(desk: Desk, key: str) -> Response:
    octets = desk.pictures.get(key) or drawn(key)
    return Response(octets, mimetype="image/png")


def drawn(key: str) -> bytes:
    """A picture of a sea for each key of the demo."""
    hue = sum(key.encode()) % 60
    image = Image.linear_gradient("L").resize((600, 400)).convert("RGB")
    image = Image.blend(image, Image.new("RGB", image.size, (40 + hue, 110, 150)), 0.7)
    octets = io.BytesIO()
    image.save(octets, "PNG")
    return octets.getvalue()


def serving(desk: Desk, port: int = 0) -> AbstractContextManager[str]:
    """The address of a running server."""
    return serve(make_app(desk), port)


if __name__ == "__main__":
    with serving(Desk(digest()), int(sys.argv[1]) if len(sys.argv) > 1 else 8765) as address:
        sys.stdout.write(f"{address}/edit\n")
        sys.stdout.flush()
        threading.Event().wait()
