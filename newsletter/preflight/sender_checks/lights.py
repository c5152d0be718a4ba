"""Three lights about a sender: its records are published, its mail is signed, both are aligned with it."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.preflight.sender_checks.report import FindingKind, FindingState, SenderReport


class Subject(StrEnum):
    """What a light is about."""

    PUBLISHED = "published"
    SIGNED = "signed"
    ALIGNED = "aligned"


class LightState(StrEnum):
    """The DNS alone never shows that mail arrives signed and aligned: `fits` is the best there is."""

    FITS = "fits"  # what the DNS has fits, as far as can be seen from here
    OPEN = "open"  # it is not decided here, or the DNS did not answer
    WRONG = "wrong"


KINDS = {
    Subject.PUBLISHED: (FindingKind.SPF, FindingKind.DKIM, FindingKind.DMARC),
    Subject.SIGNED: (FindingKind.DKIM,),
    Subject.ALIGNED: (FindingKind.ALIGNMENT,),
}


@dataclass(frozen=True)
class Light:
    """One light, and the sentences that explain it where it is not `fits`."""

    subject: Subject
    state: LightState
    sentences: tuple[str, ...]


def show_lights(report: SenderReport | None) -> list[Light]:
    """The three lights; all open while nothing is known."""
    return [_light(subject, report) for subject in Subject]


def _light(subject: Subject, report: SenderReport | None) -> Light:
    findings = [finding for finding in report.findings if finding.kind in KINDS[subject]] if report else []
    wrong = tuple(found.sentence for found in findings if found.state is FindingState.PROBLEM)
    if wrong:
        return Light(subject, LightState.WRONG, wrong)
    # Not signing here is advice, because the relay may; for the light of signatures it decides nothing.
    undecided = {FindingState.UNKNOWN} | (
        {FindingState.ADVICE} if subject is not Subject.PUBLISHED else set()
    )
    doubtful = tuple(found.sentence for found in findings if found.state in undecided)
    if doubtful or not findings:
        return Light(subject, LightState.OPEN, doubtful)
    return Light(subject, LightState.FITS, ())
