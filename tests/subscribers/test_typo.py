"""Slips of the hand in the domains of addresses."""

import pytest

from newsletter.subscribers.typo import USUAL, suggest_address


@pytest.mark.parametrize(
    ("email", "meant"),
    [
        ("ana@gmial.com", "ana@gmail.com"),
        ("Ana.Lim@GMIAL.com", "Ana.Lim@gmail.com"),
        ("ana@gmail.con", "ana@gmail.com"),
        ("ana@gmail.co", "ana@gmail.com"),
        ("ana@gmai.com", "ana@gmail.com"),
        ("ana@hotnail.com", "ana@hotmail.com"),
        ("ana@yaho.com", "ana@yahoo.com"),
        ("ana@t-onlin.de", "ana@t-online.de"),
        ("ana@liber.it", "ana@libero.it"),
        ("ana@gmail.com", None),
        ("ana@ymail.com", None),
        ("ana@example.org", None),
        ("ana@gmx.de", None),
        ("ana@fr.fr", None),
        ("ana@mein-verein.de", None),
        ("ana", None),
        ("", None),
    ],
)
def test_what_was_meant(email: str, meant: str | None) -> None:
    assert suggest_address(email) == meant


def test_what_is_usual_is_never_wrong() -> None:
    assert [domain for domain in USUAL if suggest_address(f"ana@{domain}")] == []
