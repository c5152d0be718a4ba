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
