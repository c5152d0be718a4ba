"""`newsletter topic`: the interests of a publication that readers may mute."""

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.label_options import (
    key_option,
    label_facts,
    list_all,
    publication_option,
    remove_one,
    rename_one,
)


@click.group("topic", help="Manage topics, which readers can mute.")
def command() -> None: ...


@command.command("create")
@click.argument("name")
@publication_option
@key_option
@click.option("--description", default="", help="A description for readers.")
@json_option
def create(name: str, slug: str | None, key: str, description: str, as_json: bool) -> None:
    """Create the topic NAME. Every reader gets it until they mute it."""
    from newsletter import audit
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.topics.create import create_topic

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        topic = create_topic(
            opened, publication, name, key=key, description=description, actor=audit.COMMAND_LINE
        )
        opened.commit()
        facts = label_facts(topic)
    answer(as_json, facts, f"The topic {facts['name']} is ready; its key is {facts['key']}.")


@command.command("list")
@publication_option
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """List the topics."""
    from newsletter.subscribers.topics.models import Topic

    list_all(Topic, slug, as_json)


@command.command("rename")
@click.argument("key")
@click.argument("name")
@publication_option
@json_option
def rename(key: str, name: str, slug: str | None, as_json: bool) -> None:
    """Rename the topic KEY to NAME; its key stays."""
    from newsletter.subscribers.topics.models import Topic

    rename_one(Topic, key, name, slug, as_json)


@command.command("remove")
@click.argument("key")
@publication_option
@json_option
def remove(key: str, slug: str | None, as_json: bool) -> None:
    """Remove the topic KEY, and who muted it; refused while something uses it."""
    from newsletter.subscribers.topics.models import Topic

    remove_one(Topic, key, slug, as_json)
