"""`newsletter subscribers tag` and `untag`."""

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.label_options import publication_option


@click.command("tag")
@click.argument("addresses", nargs=-1, required=True)
@click.argument("tag")
@publication_option
@json_option
def tag(addresses: tuple[str, ...], tag: str, slug: str | None, as_json: bool) -> None:
    """Put TAG on the subscribers with these ADDRESSES."""
    _change(addresses, tag, slug, as_json, put=True)


@click.command("untag")
@click.argument("addresses", nargs=-1, required=True)
@click.argument("tag")
@publication_option
@json_option
def untag(addresses: tuple[str, ...], tag: str, slug: str | None, as_json: bool) -> None:
    """Take TAG off the subscribers with these ADDRESSES."""
    _change(addresses, tag, slug, as_json, put=False)


def _change(addresses: tuple[str, ...], key: str, slug: str | None, as_json: bool, *, put: bool) -> None:
    from newsletter.core.addresses import parse_address
    from newsletter.publications.find import find_publication_or_only
    from newsletter.subscribers.find import find_by_address
    from newsletter.subscribers.labels import find_label
    from newsletter.subscribers.tags.assign import assign_tag, take_off_tag
    from newsletter.subscribers.tags.models import Tag

    with session() as opened:
        tag = find_label(opened, Tag, find_publication_or_only(opened, slug), key)
        ids = [find_by_address(opened, parse_address(address)).id for address in addresses]
        changed = assign_tag(opened, tag, ids) if put else take_off_tag(opened, tag, ids)
        opened.commit()
    done = f"{changed:,} tagged {key}." if put else f"{changed:,} no longer tagged {key}."
    answer(as_json, {"tag": key, "changed": changed}, done)
