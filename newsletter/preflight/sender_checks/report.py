"""What the check of a sender found: one finding for each record, with what to publish."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class FindingKind(StrEnum):
    """What a finding is about."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    ALIGNMENT = "alignment"
    MX = "mx"
    PTR = "ptr"
    MTA_STS = "mta_sts"
    TLS_RPT = "tls_rpt"


class FindingState(StrEnum):
    """How it is. What is `unknown` is because the DNS did not answer."""

    GOOD = "good"
    ADVICE = "advice"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    INFORMATION = "information"


# What receivers recognise a sender by: the rest does not decide about a message.
AUTHENTICATION = (FindingKind.SPF, FindingKind.DKIM, FindingKind.DMARC, FindingKind.ALIGNMENT)


@dataclass(frozen=True)
class DnsFinding:
    """One finding.

    name:     of the record or the domain it is about.
    sentence: how it is.
    found:    the records that the DNS has there.
    wanted:   the text of a TXT record to publish at `name`; empty: none is needed.
    """

    kind: FindingKind
    state: FindingState
    name: str
    sentence: str
    found: tuple[str, ...] = ()
    wanted: str = ""


@dataclass(frozen=True)
class SenderReport:
    """All findings about `domain`. `zone`: the DNS zone that its records are kept in."""

    domain: str
    zone: str
    findings: tuple[DnsFinding, ...]

    @property
    def problems(self) -> list[str]:
        """The sentences of what lets receivers doubt that mail is the sender's own."""
        return [
            finding.sentence
            for finding in self.findings
            if finding.kind in AUTHENTICATION and finding.state is FindingState.PROBLEM
        ]

    @property
    def records(self) -> set[tuple[str, tuple[str, ...]]]:
        """What the DNS has for authentication, to see whether it has changed."""
        return {
            (finding.name, tuple(sorted(finding.found)))
            for finding in self.findings
            if finding.kind in AUTHENTICATION
        }

    @property
    def is_complete(self) -> bool:
        """Whether the DNS answered about everything that receivers recognise a sender by."""
        return all(
            finding.state is not FindingState.UNKNOWN
            for finding in self.findings
            if finding.kind in AUTHENTICATION
        )

    def name_in_zone(self, name: str) -> str:
        """`name` for forms of DNS providers, which add the zone's name themselves; "@": the zone itself."""
        if name == self.zone:
            return "@"
        return name.removesuffix(f".{self.zone}")

    def as_json(self) -> dict[str, Any]:
        """The report in JSON's types, for the database and for programs."""
        findings = [
            asdict(finding)
            | {
                "kind": finding.kind.value,
                "state": finding.state.value,
                "found": list(finding.found),
                "name_in_zone": self.name_in_zone(finding.name),
            }
            for finding in self.findings
        ]
        return {"domain": self.domain, "zone": self.zone, "findings": findings}


def report_from_json(facts: dict[str, Any]) -> SenderReport:
    """What `as_json` wrote."""
    findings = tuple(
        DnsFinding(
            FindingKind(entry["kind"]),
            FindingState(entry["state"]),
            entry["name"],
            entry["sentence"],
            tuple(entry["found"]),
            entry["wanted"],
        )
        for entry in facts["findings"]
    )
    return SenderReport(facts["domain"], facts["zone"], findings)
