"""`newsletter demo`: an invented publication to look at."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session


@click.command("demo")
@json_option
def command(as_json: bool) -> None:
    """Add a demo publication with issues, readers and mailings; running it again changes nothing."""
    from newsletter.demo.make import make_demo
    from newsletter.media.files import MediaFiles

    links = runtime().links
    with session() as opened:
        demo = make_demo(opened, MediaFiles(runtime().settings.media_dir), links)
        opened.commit()
    slug = demo.publication_slug
    facts = {
        "publication": slug,
        "made": demo.made,
        "archive": links.archive(slug),
        "issue": links.issue(slug, demo.newest_slug),
        "email": links.issue_email(slug, demo.newest_slug),
        "subscribe": links.subscribe(slug),
        "mailing": demo.mailing_id,
        "draft": demo.draft_id,
    }
    lines = (
        "The demo is ready." if demo.made else "The demo already exists; nothing was changed.",
        f"  The archive     {facts['archive']}",
        f"  The digest      {facts['issue']}",
        f"  Its email       {facts['email']}",
        f"  Sign up         {facts['subscribe']}",
        f"  Its mailing     newsletter mailing status {demo.mailing_id}",
        f"  A draft         newsletter issue check {demo.draft_id}",
    )
    if as_json:
        answer(True, facts, "")
    else:
        click.echo("\n".join(lines))  # a console would break long addresses
