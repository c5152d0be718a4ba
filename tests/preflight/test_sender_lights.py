"""The three lights, from what was found."""

import pytest

from newsletter.preflight.sender_checks.lights import LightState, show_lights
from newsletter.preflight.sender_checks.report import (
    DnsFinding,
    FindingKind,
    FindingState,
    SenderReport,
    report_from_json,
)
from newsletter.preflight.sender_checks.self_test import SelfTest, self_test_from_json

DONE, FITS, OPEN, WRONG = LightState.CONFIRMED, LightState.FITS, LightState.OPEN, LightState.WRONG
GOOD = dict.fromkeys(
    (FindingKind.SPF, FindingKind.DKIM, FindingKind.DMARC, FindingKind.ALIGNMENT), FindingState.GOOD
)


@pytest.mark.parametrize(
    ("changes", "lights"),
    [
        ({}, [FITS, FITS, FITS]),
        ({FindingKind.MX: FindingState.PROBLEM}, [FITS, FITS, FITS]),
        ({FindingKind.SPF: FindingState.PROBLEM}, [WRONG, FITS, FITS]),
        ({FindingKind.SPF: FindingState.ADVICE}, [FITS, FITS, FITS]),
        ({FindingKind.SPF: FindingState.UNKNOWN}, [OPEN, FITS, FITS]),
        ({FindingKind.DKIM: FindingState.PROBLEM}, [WRONG, WRONG, FITS]),
        ({FindingKind.DKIM: FindingState.ADVICE}, [FITS, OPEN, FITS]),  # the relay may sign
        ({FindingKind.ALIGNMENT: FindingState.PROBLEM}, [FITS, FITS, WRONG]),
    ],
)
def test_lights(changes: dict[FindingKind, FindingState], lights: list[LightState]) -> None:
    findings = tuple(DnsFinding(kind, state, "a.org", "So.") for kind, state in (GOOD | changes).items())
    report = SenderReport("a.org", "a.org", findings)
    assert report_from_json(report.as_json()) == report
    assert [light.state for light in show_lights(report)] == lights


@pytest.mark.parametrize(
    ("self_test", "lights"),
    [
        (SelfTest("mx.b.org", "pass", "pass", "pass", "a.org"), [DONE, DONE, DONE]),
        (SelfTest("mx.b.org", "fail", "pass", "pass", "a.org"), [DONE, DONE, DONE]),  # DKIM is enough
        (SelfTest("mx.b.org", "pass", "pass", "", "a.org"), [DONE, DONE, DONE]),  # it does not look at DMARC
        (SelfTest("mx.b.org", "pass", "fail", "pass", ""), [DONE, WRONG, DONE]),
        (SelfTest("mx.b.org", "none", "none", "fail", ""), [WRONG, WRONG, WRONG]),
    ],
)
def test_a_receiver_decides(self_test: SelfTest, lights: list[LightState]) -> None:
    findings = tuple(DnsFinding(kind, state, "a.org", "So.") for kind, state in GOOD.items())
    found = show_lights(SenderReport("a.org", "a.org", findings), self_test)
    assert [light.state for light in found] == lights
    assert self_test_from_json(self_test.as_json()) == self_test


def test_nothing_is_known_at_first() -> None:
    assert [light.state for light in show_lights(None)] == [OPEN, OPEN, OPEN]
