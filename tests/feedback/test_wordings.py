"""Refusals of many makes, in many languages, as they would stand in a notice; `refusals.tsv` has them.

The words are ours, in the manner of each make. Nobody is ever suppressed for what is about the sender.
"""

from pathlib import Path

from newsletter.feedback.parsers import parse
from scripts.bounce_table import outcome
from tests.feedback.reports import ADDRESS, notice

REFUSALS = Path(__file__).with_name("refusals.tsv")


def test_refusals_of_many_makes() -> None:
    pairs = [line.split("\t", 1) for line in REFUSALS.read_text("utf-8").splitlines()]
    assert len(pairs) > 200
    found = [(label, outcome(parse(notice(f"<{ADDRESS}>:\n{words}\n"))), words) for label, words in pairs]
    assert [each for each in found if each[0] != each[1]] == []


def test_what_is_about_a_server_says_nothing_of_the_address() -> None:
    for words in (
        "Servern hittades inte eller svarar inte. Kontrollera adressen.",
        "Der Server wurde nicht gefunden. Prüfen Sie die Adresse des Empfängers.",
        "Le serveur est introuvable, vérifiez l'adresse.",
    ):
        assert not outcome(parse(notice(f"<{ADDRESS}>:\n{words}\n"))).startswith("hard"), words
