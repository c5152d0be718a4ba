"""The command line: `newsletter …`, one module for each noun."""

import atexit
import gc
import os
import sys
from importlib import import_module

import click

from newsletter.cli.parameters import refuse_empty, refuse_unusable
from newsletter.core.errors import Decision, DomainError

NOUNS = {
    "run": "Run everything here: web, workers and, where needed, database, broker and mailbox.",
    "db": "Set up and upgrade the database.",
    "demo": "Load a demo publication with sent issues and a draft.",
    "doctor": "Check database, broker, workers, relay and files.",
    "user": "Create, list and deactivate the people who sign in.",
    "publication": "Create and list publications, show and change their settings.",
    "topic": "Manage topics, which readers can mute.",
    "tag": "Manage tags, the labels on subscribers.",
    "attribute": "Manage attributes, your own fields for subscribers.",
    "segment": "Define segments: rules that choose subscribers for a mailing.",
    "subscribers": "Import, export, find, show and erase subscribers.",
    "suppression": "List, add and remove addresses that nothing is ever sent to.",
    "consent": "Show what people agreed to.",
    "transport": "Set up, monitor, test and pause the relays that send your mail.",
    "dkim": "Create the keys that sign mail, publish and activate them.",
    "dns": "Check what the DNS says about a sender's domain.",
    "media": "Store images for issues.",
    "inbox": "Collect links, and place them in issues.",
    "feed": "Follow feeds; their new items arrive in the inbox.",
    "mail": "Receive mail: links for inboxes, bounces, unsubscribes.",
    "feedback": "Read bounces, complaints and automatic answers.",
    "issue": "Import, export, check, render, compare and send issues.",
    "delivery": "Show exactly what a person received.",
    "cadence": "Set when issues are due.",
    "snippet": "Edit texts that many issues share.",
    "template": "Write the template of a publication's emails in Jinja.",
    "rules": "Choose what the checks of issues block or warn about.",
    "mailing": "Watch and control mailings, and inspect their ledgers.",
    "report": "Report on mailings, the growth of publications, and what is read.",
}


# Allocations between two looks for garbage (Python's own: 700). Nearly everything that a command makes at its
# start are modules and mappings, which live until its end.
GARBAGE_THRESHOLD = 20_000


class Commands(click.Group):
    """Loads a noun's module only when it is used, so that `--help` is instant."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(NOUNS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in NOUNS:
            return None
        command: click.Command = import_module(f"newsletter.cli.{name}").command
        refuse_empty(command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        refuse_unusable(args)
        return super().parse_args(ctx, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(NOUNS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsletter")
def cli() -> None:
    """Run a newsletter: publications, subscribers, issues and mailings."""


def main() -> None:
    """The entry point: one sentence on standard error and exit 1 or 2 for everything expected."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    # For plugins, of which there are none, pydantic would read the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
    # When it ends Python looks for garbage once more, which takes a third of a command's time: in all that
    # goes away with the process anyway. What has to be closed is closed by then, see `environment.runtime`.
    atexit.register(gc.freeze)
    try:
        # Not standalone, click returns what `context.exit(n)` was given.
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except DomainError as error:
        _tell(error)
        sys.exit(1 if error.decision in {Decision.OPERATOR, Decision.RETRY} else 2)


def _tell(error: DomainError) -> None:
    click.echo(f"newsletter: {error.message}", err=True)
    for field, problem in error.fields.items():
        if problem not in error.message:
            click.echo(f"  {field}: {problem}", err=True)
