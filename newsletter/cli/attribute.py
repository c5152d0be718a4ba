"""`newsletter attribute`: the fields that a publication keeps of its subscribers."""

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.label_options import (
    label_facts,
    list_all,
    publication_option,
    remove_one,
    rename_one,
)


@click.group("attribute", help="Manage attributes, your own fields for subscribers.")
def command() -> None: ...


@command.command("create")
@click.argument("name")
@publication_option
@click.option(
    "--type",
    "type_",
    type=click.Choice(["text", "number", "date", "boolean", "choice"]),
    default="text",
    show_default=True,
    help="Type of its values.",
)
@click.option("--label", default="", help="The name that people see; NAME by default.")
@click.option("--choice", "choices", multiple=True, help="A choice; repeat for each, in order.")
@click.option(
    "--by-readers",
    is_flag=True,
    help="Readers can fill it in themselves; the page Sign-up form says whether it is asked for.",
)
@json_option
def create(
    name: str,
    slug: str | None,
    type_: str,
    label: str,
    choices: tuple[str, ...],
    by_readers: bool,
    as_json: bool,
) -> None:
    """Create the attribute NAME. Use it in issues as {{ attributes.NAME }}."""
    from newsletter import audit
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.attributes.create import create_attribute
    from newsletter.subscribers.attributes.models import AttributeType

    with session() as opened:
        attribute = create_attribute(
            opened,
            find_publication_or_only(opened, slug),
            name,
            type_=AttributeType(type_),
            label=label,
            choices=choices,
            by_readers=by_readers,
            actor=audit.COMMAND_LINE,
        )
        opened.commit()
        facts = label_facts(attribute)
    answer(as_json, facts, f"The attribute {facts['label']} is ready: {{{{ attributes.{facts['key']} }}}}.")


@command.command("list")
@publication_option
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """List the attributes."""
    from newsletter.subscribers.attributes.models import Attribute

    list_all(Attribute, slug, as_json)


@command.command("rename")
@click.argument("key")
@click.argument("name")
@publication_option
@json_option
def rename(key: str, name: str, slug: str | None, as_json: bool) -> None:
    """Give the attribute KEY another label, NAME; its key stays."""
    from newsletter.subscribers.attributes.models import Attribute

    rename_one(Attribute, key, name, slug, as_json)


@command.command("remove")
@click.argument("key")
@publication_option
@json_option
def remove(key: str, slug: str | None, as_json: bool) -> None:
    """Remove the attribute KEY, and its values; refused while something uses it."""
    from newsletter.subscribers.attributes.models import Attribute

    remove_one(Attribute, key, slug, as_json)
