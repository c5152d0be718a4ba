"""`newsletter issue test`: send an issue as it is now to a few addresses."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session
from newsletter.cli.parameters import ID


@click.command("test")
@click.argument("issue_id", metavar="ID", type=ID)
@click.argument("addresses", metavar="ADDRESS…", nargs=-1, required=True)
@click.option("--language", help="The language of the edition; the issue's own by default.")
@json_option
def test(issue_id: int, addresses: tuple[str, ...], language: str | None, as_json: bool) -> None:
    """Send a test message of issue ID to each ADDRESS: the real email, with [TEST] before the subject."""
    from newsletter import audit
    from newsletter.issues.load import find_issue
    from newsletter.sending.proof import parse_proof_addresses, post_proof

    with session() as opened:
        to = parse_proof_addresses(" ".join(addresses))
        issue = find_issue(opened, issue_id)
        post_proof(opened, issue, to, runtime().links, actor=audit.COMMAND_LINE, edition=language or "")
        opened.commit()
    named = [address.email for address in to]
    answer(as_json, {"issue": issue_id, "addresses": named}, f"A test message goes to {', '.join(named)}.")
