"""`newsletter template`: the template of a publication's emails, for those who write Jinja."""

from typing import IO, TYPE_CHECKING, Any

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID, NUMBER

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from newsletter.publications.models import Publication, TemplateVersion


@click.group("template", help="Write the template of a publication's emails in Jinja.")
def command() -> None: ...


publication_option = click.option("--publication", "slug", required=True, help="The slug of the publication.")
theme_option = click.option(
    "--theme", default="", help="The theme it is based on; the publication's by default."
)


@command.command("show")
@publication_option
@click.option("--version", type=NUMBER, help="An earlier version; the newest by default.")
@click.option("--theme", default="", help="A copy of this theme instead, as a start.")
@click.option("--block", default="", help="The source of this block of the theme instead, to change it.")
@json_option
def show(slug: str, version: int | None, theme: str, block: str, as_json: bool) -> None:
    """Print the template, or a copy of the theme where there is none yet."""
    from newsletter.publications.find_template import find_version, newest_version
    from newsletter.rendering.custom_template.starter import block_source, starter

    with session() as opened:
        publication = _publication(opened, slug)
        if version is not None:
            found: TemplateVersion | None = find_version(opened, publication, version)
        else:
            found = None if theme or block else newest_version(opened, publication)
        if block:
            text = block_source(theme or publication.theme, block)
        else:
            text = found.text if found else starter(theme or publication.theme)
        facts = _version_facts(found) if found else {"version": None}
        facts |= {"publication": slug, "in_use": publication.template, "text": text}
    if as_json:
        answer(True, facts, "")
    else:
        click.echo(text, nl=False)


@command.command("set")
@click.argument("file", type=click.File("rb"))
@publication_option
@theme_option
@click.option("--note", default="", help="What has changed, for the history.")
@click.option(
    "--based-on",
    type=click.IntRange(0, 2**31 - 1),
    help="The version that FILE was made from, 0 for none; exit 2 if another was saved since.",
)
@json_option
def set_(file: IO[bytes], slug: str, theme: str, note: str, based_on: int | None, as_json: bool) -> None:
    """Use the template in FILE, or on standard input for “-”, after trying it."""
    from newsletter import audit
    from newsletter.publications.template_versions import (
        publication_input,
        read_template_file,
        save_template,
        try_to_save,
    )

    text = read_template_file(file)
    with session() as opened:
        publication = _publication(opened, slug)
        facts, theme = publication_input(publication), theme or publication.theme
        opened.rollback()  # others may write while it is tried
        tried = try_to_save(facts, text, theme)
        version = save_template(
            opened, publication, tried, actor=audit.COMMAND_LINE, note=note, based_on=based_on
        )
        opened.commit()
        _say_in_use(publication, version, as_json)


@command.command("try")
@click.argument("file", type=click.File("rb"))
@publication_option
@theme_option
@click.option("--issue", type=ID, help="Try it with this issue instead of the example.")
@click.option("--html", is_flag=True, help="Print the HTML as an example reader would get it.")
@json_option
def try_(file: IO[bytes], slug: str, theme: str, issue: int | None, html: bool, as_json: bool) -> None:
    """Try the template in FILE and report problems. Nothing is saved."""
    from newsletter.preflight.template_trial import revision_to_try, try_template
    from newsletter.publications.template_versions import read_template_file
    from newsletter.rendering.render_input import CustomTemplate

    template = CustomTemplate(read_template_file(file))
    with session() as opened:
        publication = _publication(opened, slug)
        revision = revision_to_try(opened, publication, issue)
        links, made_from = runtime().links, theme or publication.theme
        trial = try_template(opened, publication, links, template, theme=made_from, revision=revision)
    if html:
        click.echo(trial.html, nl=False)
        return
    findings = [{"rule": each.rule, "level": each.level, "message": each.message} for each in trial.findings]
    facts = {"publication": slug, "bytes": len(trial.html.encode()), "findings": findings}
    lines = [f"{each['level']}: {each['message']}" for each in findings]
    answer(as_json, facts, "\n".join(lines) or "The template can be used.")


@command.command("history")
@publication_option
@json_option
def history(slug: str, as_json: bool) -> None:
    """List the versions, newest first."""
    from newsletter.publications.find_template import list_versions

    with session() as opened:
        publication = _publication(opened, slug)
        versions = [_version_facts(version) for version in list_versions(opened, publication)]
        in_use = publication.template
    lines = [
        f"{each['version']:>4}  {each['saved_at']}  {each['author']}"
        + (f"  restores version {each['restored_from']}" if each["restored_from"] else "")
        + (f"  {each['note']}" if each["note"] else "")
        + ("  (in use)" if each["version"] == in_use else "")
        for each in versions
    ]
    facts = {"publication": slug, "in_use": in_use, "versions": versions}
    answer(as_json, facts, "\n".join(lines) or "No template has been saved yet.")


@command.command("diff")
@click.argument("before", metavar="A", type=NUMBER)
@click.argument("after", metavar="[B]", type=NUMBER, required=False)
@publication_option
@json_option
def diff(before: int, after: int | None, slug: str, as_json: bool) -> None:
    """Show what differs between version A and version B, or the newest one."""
    from newsletter.core.text_diff import diff_texts
    from newsletter.publications.find_template import find_version, newest_version

    with session() as opened:
        publication = _publication(opened, slug)
        older = find_version(opened, publication, before)
        newest = newest_version(opened, publication) or older
        newer = newest if after is None else find_version(opened, publication, after)
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
    from newsletter.publications.find_template import find_version
    from newsletter.publications.template_versions import publication_input, save_template, try_to_save

    with session() as opened:
        publication = _publication(opened, slug)
        version = find_version(opened, publication, number)
        facts, text, theme, note = publication_input(publication), version.text, version.theme, version.note
        opened.rollback()
        tried = try_to_save(facts, text, theme)
        version = save_template(
            opened, publication, tried, actor=audit.COMMAND_LINE, note=note, restored_from=number
        )
        opened.commit()
        _say_in_use(publication, version, as_json)


@command.command("remove")
@publication_option
@json_option
def remove(slug: str, as_json: bool) -> None:
    """Use the theme again. The versions stay, and can be restored."""
    from newsletter import audit
    from newsletter.publications.template_versions import use_theme

    with session() as opened:
        publication = _publication(opened, slug)
        use_theme(opened, publication, actor=audit.COMMAND_LINE)
        opened.commit()
        facts = {"publication": slug, "in_use": None, "theme": publication.theme}
        answer(as_json, facts, f"{publication.name} uses its theme again.")


def _publication(opened: "Session", slug: str) -> "Publication":
    from newsletter.publications.find import find_publication

    return find_publication(opened, slug)


def _say_in_use(publication: "Publication", version: "TemplateVersion", as_json: bool) -> None:
    facts = {"publication": publication.slug, "in_use": publication.template} | _version_facts(version)
    answer(as_json, facts, f"Version {version.number} of the template of {publication.name} is in use.")


def _version_facts(version: "TemplateVersion") -> dict[str, Any]:
    return {
        "version": version.number,
        "theme": version.theme,
        "author": version.author,
        "note": version.note,
        "saved_at": version.saved_at.isoformat(timespec="seconds"),
        "restored_from": version.restored_from,
    }
