"""Write the bundle of an issue: its document, its message, what that was made of, its pictures and checks.

A bundle is a ZIP file whose octets depend on nothing but its content. `manifest.json` names every file in it
with its SHA-256. `newsletter.bundles.verify` reads it.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.issues.compile import compile_input
from newsletter.issues.content import load_content
from newsletter.issues.load import find_issue, find_revision
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Mailing, MailingState, StoredMessage
from newsletter.media.files import MediaFiles
from newsletter.media.store import original_name
from newsletter.preflight.check import check
from newsletter.rendering.compile_input import compile_from

FORMAT = 1
MANIFEST, DOCUMENT, MESSAGE, MADE_OF, CHECKS = (
    *("manifest.json", "document.json", "message.json", "made-of.json", "checks.json"),
)
# The earliest time that a ZIP file knows: the same issue gives the same octets.
_DATE_TIME = (1980, 1, 1, 0, 0, 0)


def write_bundle(session: Session, issue_id: int, links: Links, files: MediaFiles) -> bytes:
    """The bundle of an issue: as it was sent, or as its newest revision is.

    Raises `Missing`, and what compiling an issue that was not sent raises.
    """
    issue = find_issue(session, issue_id)
    sent = _sent(session, issue)
    revision = session.get_one(Revision, sent[0].revision_id) if sent else find_revision(session, issue)
    content = load_content(session, revision, issue.publication)
    if sent:
        message, made_of = sent[1].compiled, sent[1].made_of
    else:
        given = compile_input(session, revision, issue.publication, links, content=content)
        message, made_of = compile_from(given).to_json(), given.to_json()
    findings = [finding.facts() for finding in check(session, revision, issue.publication, links, content)]
    parts = {
        DOCUMENT: revision.document.encode(),
        MESSAGE: message.encode(),
        CHECKS: _json({"findings": findings}),
    }
    if made_of:
        parts[MADE_OF] = made_of.encode()
    for row in content.pictures:
        octets = files.read(original_name(row))
        if octets is not None:
            parts[f"media/{original_name(row)}"] = octets
    facts = {
        "issue": issue.id,
        "publication": issue.publication.slug,
        "title": content.document.title,
        "number": issue.number,
        "revision": revision.number,
        "mailing": sent[0].id if sent else None,
    }
    return _zip(parts, facts)


def _sent(session: Session, issue: Issue) -> tuple[Mailing, StoredMessage] | None:
    row = session.execute(
        select(Mailing, StoredMessage)
        .join(StoredMessage, StoredMessage.mailing_id == Mailing.id)
        .where(
            Mailing.issue_id == issue.id,
            Mailing.state != MailingState.CANCELLED,
            StoredMessage.variant == "",
        )
        .order_by(Mailing.id)
    ).first()
    return (row[0], row[1]) if row else None


def _zip(parts: Mapping[str, bytes], facts: Mapping[str, Any]) -> bytes:
    digests = {name: hashlib.sha256(octets).hexdigest() for name, octets in sorted(parts.items())}
    manifest = {"format": FORMAT, **facts, "files": digests}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in [(MANIFEST, _json(manifest)), *sorted(parts.items())]:
            archive.writestr(zipfile.ZipInfo(name, _DATE_TIME), octets, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
