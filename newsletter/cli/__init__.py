"""The command line: `newsletter …`, one module for each noun."""

import sys

import click

from newsletter.core.errors import Decision, DomainError


class Commands(click.Group):
    """Loads a noun's module only when it is asked for, so that `--help` is instant."""

    nouns = ("run", "db", "demo", "doctor", "publication", "subscribers", "media", "issue", "mailing")

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.nouns)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.nouns:
            return None
        module = __import__(f"newsletter.cli.{name}", fromlist=[name])
        command: click.Command = module.command
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsletter")
def cli() -> None:
    """Run a newsletter: publications, subscribers, issues and mailings."""


def main() -> None:
    """The entry point: one sentence on standard error and exit 1 or 2 for everything expected."""
    try:
        cli.main(standalone_mode=False)
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
