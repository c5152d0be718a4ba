"""Every reason that a ledger may hold has words of its own."""

import pytest
from flask import Flask

from newsletter.mailings.models import Exclusion
from newsletter.sending.retry import EXPIRED
from newsletter.smtp.verdict import Reason
from newsletter.web.admin.words.mailings import reason_word, reason_words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_reason_has_words(app: Flask) -> None:
    with app.test_request_context("/"):
        assert reason_words().keys() == {*Reason, *Exclusion, EXPIRED}
        assert reason_word("of_tomorrow") == "of tomorrow"
