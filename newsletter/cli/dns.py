"""`newsletter dns`: what the DNS says about a domain that mail is sent from."""

from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, json_option, runtime, session

if TYPE_CHECKING:
    from newsletter.preflight.sender_checks.report import DnsFinding, SenderReport

WORDS = {"good": "ok", "information": "info"}


@click.group("dns", help="Check what the DNS says about a sender's domain.")
def command() -> None: ...


@command.command("check")
@click.argument("domain")
@click.option("--server", help="The name server to ask, as ADDRESS or ADDRESS:PORT; the system's by default.")
@json_option
@click.pass_context
def check(context: click.Context, domain: str, server: str | None, as_json: bool) -> None:
    """Check SPF, DKIM, DMARC and their alignment, mail servers and names of mail from DOMAIN.

    Exits 1 when something is wrong or the DNS does not answer.
    """
    from newsletter.core.errors import Refused
    from newsletter.core.host_names import is_ip_address, mail_domain
    from newsletter.dns_records.ask import ask_dns, resolver_of
    from newsletter.preflight.sender_checks.examine import examine_sender
    from newsletter.preflight.sender_checks.identity import OurMail, mail_identity
    from newsletter.preflight.sender_checks.report import FindingState

    try:
        name = mail_domain(domain)
    except ValueError:
        name = ""
    if not name or is_ip_address(name):
        sentence = f"“{domain[:80]}” is not a domain name such as news.example.org."
        raise Refused("domain", sentence, {"domain": sentence})
    resolver = resolver_of(server) if server else None
    settings = runtime().settings
    ours = OurMail(settings.secrets, settings.bounce_domain, settings.effective_smtp_url, settings.mail_name)
    with session() as opened:
        identity = mail_identity(opened, name, ours)
    report = examine_sender(identity, lambda asked, kind="TXT", /: ask_dns(asked, kind, resolver))
    answer(as_json, report.as_json(), "\n".join(_line(report, finding) for finding in report.findings))
    if any(finding.state in {FindingState.PROBLEM, FindingState.UNKNOWN} for finding in report.findings):
        context.exit(1)


def _line(report: "SenderReport", finding: "DnsFinding") -> str:
    word = WORDS.get(finding.state.value, finding.state.value)
    line = f"{finding.kind.value.upper().replace('_', '-'):<10}{word:<9}{finding.sentence}"
    if finding.wanted:
        line += f"\n{'':19}Publish at {finding.name} (in the zone {report.zone}: "
        line += f"{report.name_in_zone(finding.name)}), TXT:\n{'':19}{finding.wanted}"
    return line
