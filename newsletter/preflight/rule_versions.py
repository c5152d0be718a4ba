"""The versions of a publication's rules file: which is in force, saving and restoring them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Missing
from newsletter.preflight.models import RulesVersion
from newsletter.preflight.rule_file import parse_rules, read_stored_rules
from newsletter.preflight.settings import DEFAULTS, RuleSettings
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication

# What whoever has saved nothing yet begins with: it chooses nothing.
STARTER = """\
# What is not named here keeps its default.
# Severities: off, warning, blocking.
rules:
  # short_links:
  #   severity: off
  # size:
  #   warn_kb: 80

# Wrong form: right form
words:
  # e-mail: email
"""


def current_version(session: Session, publication: Publication) -> RulesVersion | None:
    """The version in force; None while everything is as built in."""
    return session.scalar(
        select(RulesVersion)
        .where(RulesVersion.publication_id == publication.id)
        .order_by(RulesVersion.number.desc())
        .limit(1)
    )


def list_versions(session: Session, publication: Publication) -> Sequence[RulesVersion]:
    """Every version, newest first."""
    return session.scalars(
        select(RulesVersion)
        .where(RulesVersion.publication_id == publication.id)
        .order_by(RulesVersion.number.desc())
    ).all()


def find_version(session: Session, publication: Publication, number: int) -> RulesVersion:
    """That version; `Missing` when there is none."""
    version = session.scalar(
        select(RulesVersion).where(
            RulesVersion.publication_id == publication.id, RulesVersion.number == number
        )
    )
    if version is None:
        raise Missing("no_version", f"The rules of {publication.name} have no version {number}.")
    return version


def load_settings(session: Session, publication: Publication) -> RuleSettings:
    """What the publication chose about the rules."""
    version = current_version(session, publication)
    return read_stored_rules(version.text) if version else DEFAULTS


def save_rules(
    session: Session,
    publication: Publication,
    text: str,
    *,
    actor: str,
    based_on: int | None = None,
    restored_from: int | None = None,
) -> RulesVersion:
    """Put `text` in force as a new version, flushed; the version in force when it says the same already.

    `based_on`: the number of the version that it was made from, 0 for none. Raises `Refused` with the line of
    what is wrong (see `rule_file`), `Conflict` when another version was saved since; nothing is saved then.
    """
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    parse_rules(text)
    lock_publication(session, publication.id)
    newest = current_version(session, publication)
    number = newest.number if newest else 0
    if newest is not None and newest.text == text:
        return newest
    if based_on is not None and based_on != number:
        raise Conflict(
            "stale_rules",
            "Someone else saved the rules in the meantime. Compare theirs with yours, then save again.",
        )
    version = RulesVersion(
        publication_id=publication.id,
        number=number + 1,
        text=text,
        author=actor,
        restored_from=restored_from,
    )
    session.add(version)
    session.flush()
    audit.record(
        session, "publication.rules_saved", "publication", publication.id, actor=actor, version=number + 1
    )
    return version


def restore_rules(session: Session, publication: Publication, number: int, *, actor: str) -> RulesVersion:
    """Put what version `number` says in force again, as a new version; raises what `save_rules` raises."""
    version = find_version(session, publication, number)
    return save_rules(session, publication, version.text, actor=actor, restored_from=number)
