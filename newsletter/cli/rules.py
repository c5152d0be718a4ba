"""`newsletter rules`: what a publication chooses about the rules that its issues are checked by."""

from typing import IO, TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, session
from newsletter.cli.parameters import NUMBER

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.preflight.models import RulesVersion
    from newsletter.publications.models import Publication


@click.group("rules", help="Choose what the checks of issues block or warn about.")
def command() -> None: ...


publication_option = click.option("--publication", "slug", required=True, help="The slug of the publication.")


@command.command("show")
@publication_option
@click.option("--version", type=NUMBER, help="An earlier version; the current one by default.")
@json_option
def show(slug: str, version: int | None, as_json: bool) -> None:
    """Print the rules file, or with --json every rule and its current setting."""
    from newsletter.preflight.rule_versions import STARTER, current_version, find_version

    with session() as opened:
        publication = _publication(opened, slug)
        if version is None:
            found = current_version(opened, publication)
        else:
            found = find_version(opened, publication, version)
        if not as_json:
            click.echo(found.text if found else STARTER, nl=False)
            return
        answer(True, _facts(publication, found), "")


@command.command("set")
@click.argument("file", type=click.File("rb"))
@publication_option
@click.option(
    "--based-on",
    type=click.IntRange(0, 2**31 - 1),
    help="The version that FILE was made from, 0 for none; exit 2 if another was saved since.",
)
@json_option
def set_(file: IO[bytes], slug: str, based_on: int | None, as_json: bool) -> None:
    """Use the rules in the YAML of FILE, or of standard input for “-”."""
    from newsletter import audit
    from newsletter.preflight.rule_file import read_rules_file
    from newsletter.preflight.rule_versions import save_rules

    text = read_rules_file(file)
    with session() as opened:
        publication = _publication(opened, slug)
        version = save_rules(opened, publication, text, actor=audit.COMMAND_LINE, based_on=based_on)
        opened.commit()
        _say_in_force(publication, version, as_json)


@command.command("history")
@publication_option
@json_option
def history(slug: str, as_json: bool) -> None:
    """List the versions, newest first."""
    from newsletter.preflight.rule_versions import list_versions

    with session() as opened:
        publication = _publication(opened, slug)
        versions = [_version_facts(version) for version in list_versions(opened, publication)]
    lines = [
        f"{each['version']:>4}  {each['saved_at']}  {each['author']}"
        + (f"  restores version {each['restored_from']}" if each["restored_from"] else "")
        for each in versions
    ]
    facts = {"publication": slug, "versions": versions}
    answer(as_json, facts, "\n".join(lines) or "No rules have been saved yet: the built-in ones apply.")


@command.command("diff")
@click.argument("before", metavar="A", type=NUMBER)
@click.argument("after", metavar="[B]", type=NUMBER, required=False)
@publication_option
@json_option
def diff(before: int, after: int | None, slug: str, as_json: bool) -> None:
    """Show what differs between version A and version B, or the current one."""
    from newsletter.core.text_diff import diff_texts
    from newsletter.preflight.rule_versions import current_version, find_version

    with session() as opened:
        publication = _publication(opened, slug)
        older = find_version(opened, publication, before)
        if after is None:
            newer = current_version(opened, publication) or older
        else:
            newer = find_version(opened, publication, after)
        lines = [f"{line.sign} {line.text}" for line in diff_texts(older.text, newer.text)]
        facts = {"publication": slug, "before": older.number, "after": newer.number, "lines": lines}
    answer(as_json, facts, "\n".join(lines) or "Both versions are the same.")


@command.command("restore")
@click.argument("number", metavar="N", type=NUMBER)
@publication_option
@json_option
def restore(number: int, slug: str, as_json: bool) -> None:
    """Use version N again, as a new version."""
    from newsletter import audit
    from newsletter.preflight.rule_versions import restore_rules

    with session() as opened:
        publication = _publication(opened, slug)
        version = restore_rules(opened, publication, number, actor=audit.COMMAND_LINE)
        opened.commit()
        _say_in_force(publication, version, as_json)


def _publication(opened: "Session", slug: str) -> "Publication":
    from newsletter.publications.find import find_publication

    return find_publication(opened, slug)


def _say_in_force(publication: "Publication", version: "RulesVersion", as_json: bool) -> None:
    facts = {"publication": publication.slug} | _version_facts(version)
    answer(as_json, facts, f"Version {version.number} of the rules of {publication.name} is now used.")


def _version_facts(version: "RulesVersion") -> dict[str, Any]:
    return {
        "version": version.number,
        "author": version.author,
        "saved_at": version.saved_at.isoformat(timespec="seconds"),
        "restored_from": version.restored_from,
    }


def _facts(publication: "Publication", version: "RulesVersion | None") -> dict[str, Any]:
    from newsletter.preflight.rule_file import read_stored_rules
    from newsletter.preflight.rules import RULES
    from newsletter.preflight.settings import DEFAULTS

    settings = read_stored_rules(version.text) if version else DEFAULTS
    rules = [
        {
            "rule": rule.key,
            "about": rule.about,
            "always": rule.always,
            "severity": settings.severities.get(rule.key),
            "thresholds": {each.key: settings.value(each) for each in rule.thresholds},
        }
        for rule in RULES
    ]
    return {
        "publication": publication.slug,
        "version": version.number if version else None,
        "author": version.author if version else "",
        "text": version.text if version else "",
        "rules": rules,
        "words": dict(settings.words),
    }
