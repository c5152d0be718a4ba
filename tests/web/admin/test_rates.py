"""Rates in words."""

import pytest
from flask import Flask

from newsletter.reports.rate import Rate
from newsletter.web.admin.words.rates import rate_words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(1_204, 61_204), "1,204 of 61,204 (2.0%)"),
        (Rate(3, 1_000), "3 of 1,000 (0.30%)"),
        (Rate(0, 313), "0 of 313 (0.0%)"),
        (Rate(313, 313), "313 of 313 (100.0%)"),
        (Rate(454, 313), "454 of 313 (1.45 each)"),
        (Rate(900, 300), "900 of 300 (3.0 each)"),
        (Rate(5, 99), "5 of 99"),
        (None, "–"),
    ],
)
def test_a_rate_says_what_it_is_of(app: Flask, rate: Rate | None, words: str) -> None:
    with app.test_request_context():
        assert rate_words(rate) == words
