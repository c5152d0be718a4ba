"""Three lights about a sender: its records are published, its mail is signed, both are aligned with it."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.preflight.sender_checks.report import FindingKind, FindingState, SenderReport
from newsletter.preflight.sender_checks.self_test import SelfTest


class Subject(StrEnum):
    """What a light is about."""

    PUBLISHED = "published"
    SIGNED = "signed"
    ALIGNED = "aligned"


class LightState(StrEnum):
    """The DNS alone never shows that mail arrives signed and aligned: only a self-test confirms it."""

    CONFIRMED = "confirmed"  # a receiver says so, of a message that it got
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
    """One light, and the sentences that explain it where something is open or wrong."""

    subject: Subject
    state: LightState
    sentences: tuple[str, ...]


def show_lights(report: SenderReport | None, self_test: SelfTest | None = None) -> list[Light]:
    """The three lights; all open while nothing is known. `self_test` is of the records of `report`."""
    return [_light(subject, report, self_test) for subject in Subject]


def _light(subject: Subject, report: SenderReport | None, self_test: SelfTest | None) -> Light:
    findings = [finding for finding in report.findings if finding.kind in KINDS[subject]] if report else []
    wrong = tuple(found.sentence for found in findings if found.state is FindingState.PROBLEM)
    if wrong:
        return Light(subject, LightState.WRONG, wrong)
    if report and self_test:
        failed = _failed(subject, self_test)
        return Light(
            subject, LightState.WRONG if failed else LightState.CONFIRMED, (failed,) if failed else ()
        )
    # Not signing here is advice, because the relay may; for the light of signatures it decides nothing.
    undecided = {FindingState.UNKNOWN} | (
        {FindingState.ADVICE} if subject is not Subject.PUBLISHED else set()
    )
    doubtful = tuple(found.sentence for found in findings if found.state in undecided)
    if doubtful or not findings:
        return Light(subject, LightState.OPEN, doubtful)
    return Light(subject, LightState.FITS, ())


def _failed(subject: Subject, self_test: SelfTest) -> str:
    """What the receiver objects to, a sentence; empty: nothing."""
    passed = {
        Subject.PUBLISHED: self_test.spf == "pass" or self_test.is_signed,
        Subject.SIGNED: self_test.is_signed,
        Subject.ALIGNED: self_test.is_aligned,
    }[subject]
    if passed:
        return ""
    said = ", ".join(f"{name}={result or 'not said'}" for name, result in self_test.said)
    return f"{self_test.server} did not find it so in the self-test: {said}."
