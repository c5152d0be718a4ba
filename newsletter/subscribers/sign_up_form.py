"""What the sign-up form of a publication asks for, and which sites may sign readers up by a script."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Refused
from newsletter.core.idn import to_ascii_domain
from newsletter.publications.edit import lock_publication
from newsletter.subscribers.choices import offer_of

MOST_SITES = 50
LONGEST_SITE = 300
USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class SignUpForm:
    """Keys of the topics, tags and attributes that are asked for, whether the language is; sites, by line.

    `check_mail_domain`: whether the DNS is asked if the domain of a new address takes mail.
    """

    topics: Collection[str]
    tags: Collection[str]
    attributes: Collection[str]
    language: bool
    sites: str
    check_mail_domain: bool = False


def change_sign_up_form(session: Session, publication_id: int, form: SignUpForm, *, actor: str) -> None:
    """Let the form ask for exactly this; what readers cannot choose is left out. The caller commits.

    Raises `Refused` (field `sites`) for a line that is no site.
    """
    sites = check_sites(form.sites)
    publication = lock_publication(session, publication_id)
    offer = offer_of(session, publication.id)
    for labels, asked in (
        (offer.topics, form.topics),
        (offer.tags, form.tags),
        (offer.attributes, form.attributes),
    ):
        for label in labels:
            label.at_sign_up = label.key in asked
    publication.language_at_sign_up, publication.sign_up_sites = form.language, sites
    publication.check_mail_domain = form.check_mail_domain
    if any(session.is_modified(changed) for changed in session.dirty):
        audit.record(session, "publication.sign_up_form", "publication", publication.id, actor=actor)
        session.flush()


def check_sites(text: str) -> str:
    """The origins in `text`, such as `https://www.example.org`, each on a line, as browsers write them."""
    sites = dict.fromkeys(_site(line.strip()) for line in text.splitlines() if line.strip())
    if len(sites) > MOST_SITES:
        raise _refused(f"Use at most {MOST_SITES} sites; there are {len(sites)}.")
    return "\n".join(sites)


def _site(line: str) -> str:
    try:
        parts = urlsplit(line)
        host, port = to_ascii_domain(parts.hostname or ""), parts.port
    except ValueError:
        host, port = "", None
    further = parts.path.strip("/") or parts.query or parts.fragment or parts.username if host else ""
    known = host and parts.scheme in USUAL_PORTS and host.isprintable() and " " not in host
    if not known or further or len(line) > LONGEST_SITE:
        raise _refused(f"“{line[:60]}” is not a site such as https://www.example.org.")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and port != USUAL_PORTS[parts.scheme] else "")


def _refused(sentence: str) -> Refused:
    return Refused("bad_sites", sentence, {"sites": sentence})
