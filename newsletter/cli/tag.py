"""`newsletter tag`: the labels that subscribers of a publication can have."""

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


@click.group("tag", help="Manage tags, the labels on subscribers.")
def command() -> None: ...


@command.command("create")
@click.argument("name")
@publication_option
@key_option
@click.option("--by-readers", is_flag=True, help="Readers see it, and can choose it themselves.")
@json_option
def create(name: str, slug: str | None, key: str, by_readers: bool, as_json: bool) -> None:
    """Create the tag NAME."""
    from newsletter import audit
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.tags.create import create_tag

    with session() as opened:
        publication = find_publication_or_only(opened, slug)
        tag = create_tag(opened, publication, name, key=key, by_readers=by_readers, actor=audit.COMMAND_LINE)
        opened.commit()
        facts = label_facts(tag)
    answer(as_json, facts, f"The tag {facts['name']} is ready; its key is {facts['key']}.")


@command.command("list")
@publication_option
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """List the tags."""
    from newsletter.subscribers.tags.models import Tag

    list_all(Tag, slug, as_json)


@command.command("rename")
@click.argument("key")
@click.argument("name")
@publication_option
@json_option
def rename(key: str, name: str, slug: str | None, as_json: bool) -> None:
    """Rename the tag KEY to NAME; its key stays."""
    from newsletter.subscribers.tags.models import Tag

    rename_one(Tag, key, name, slug, as_json)


@command.command("remove")
@click.argument("key")
@publication_option
@json_option
def remove(key: str, slug: str | None, as_json: bool) -> None:
    """Remove the tag KEY from everyone who has it; refused while something uses it."""
    from newsletter.subscribers.tags.models import Tag

    remove_one(Tag, key, slug, as_json)
