"""What `topic`, `tag` and `attribute` share: the publication, and their answers."""

from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, session

if TYPE_CHECKING:
    from newsletter.subscribers.attributes.models import Attribute
    from newsletter.subscribers.labels import Label
    from newsletter.subscribers.tags.models import Tag
    from newsletter.subscribers.topics.models import Topic

publication_option = click.option(
    "--publication", "slug", help="The slug of the publication; not needed where there is only one."
)
key_option = click.option("--key", default="", help="Its key in rules and files; made from NAME by default.")


def list_all(kind: "type[Label]", slug: str | None, as_json: bool) -> None:
    """Answer with all of a kind."""
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.labels import list_labels

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        rows = [label_facts(label) for label in list_labels(opened, kind, publication)]
        nothing = f"{publication.name} has no {kind.__tablename__}s."
    lines = [f"{row['key']}  {_described(row)}" for row in rows]
    answer(as_json, {f"{kind.__tablename__}s": rows}, "\n".join(lines) or nothing)


def rename_one(kind: "type[Label]", key: str, name: str, slug: str | None, as_json: bool) -> None:
    """Call one of a kind by another name."""
    from newsletter import audit
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.labels import find_label, rename_label

    with session() as opened:
        label = find_label(opened, kind, find_publication_or_only(opened, slug), key, lock=True)
        rename_label(opened, label, name, actor=audit.COMMAND_LINE)
        opened.commit()
        facts = label_facts(label)
    shown = facts.get("name") or facts["label"]
    answer(as_json, facts, f"The {kind.__tablename__} {key} is now called {shown}.")


def remove_one(kind: "type[Label]", key: str, slug: str | None, as_json: bool) -> None:
    """Remove one of a kind, unless something uses it."""
    from newsletter import audit
    from newsletter.issues.remove_label import remove_unused_label
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.labels import find_label

    with session() as opened:
        label = find_label(opened, kind, find_publication_or_only(opened, slug), key, lock=True)
        remove_unused_label(opened, label, actor=audit.COMMAND_LINE)
        opened.commit()
    answer(as_json, {"removed": key}, f"The {kind.__tablename__} {key} is removed.")


def label_facts(label: "Topic | Tag | Attribute") -> dict[str, Any]:
    """A topic, tag or attribute as JSON."""
    columns = ("id", "key", "name", "label", "description", "type", "choices", "by_readers")
    return {name: getattr(label, name) for name in columns if hasattr(label, name)}


def _described(row: dict[str, Any]) -> str:
    words = [row.get("name") or row.get("label") or ""]
    if "type" in row:
        words.append(f"({row['type']})")
    if row.get("choices"):
        words.append(", ".join(row["choices"]))
    if row.get("by_readers"):
        words.append("· readers choose it")
    return " ".join(words)
