"""Tokens: those of years ago still open their door, and none opens another."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import Missing
from newsletter.core.tokens import Expired, Purpose, Signer

SIGNER = Signer(["the secret of 2026", "an older secret"])
AT = datetime(2026, 11, 20, 7, 0, 30, tzinfo=UTC)
IDS = st.lists(st.integers(0, 2**63 - 1), max_size=4)
# Made by the first version that sent mailings: they are in mailboxes.
IN_MAILBOXES = [
    (Purpose.UNSUBSCRIBE, (700123, 41), "6o7g_9cG290qKVkNm4_E5klCig_a0y_gI_A"),
    (Purpose.PREFERENCES, (600123,), "6o7g_9cGu9AkDJuzx_872eb1zKgxy1zJTg"),
    (Purpose.CONFIRM, (5,), "6o7g_9cGBRUUHw50GU9PtnOmuQC-1aI"),
    (Purpose.INVITATION, (3, 2**40 + 7), "6o7g_9cGA4eAgICAIMGLVPZwEqbQ5DOcCgF6VSI"),
    (Purpose.UNSUBSCRIBE, (700123, 41), "oI7g_9cG290qKX6ceHrneJM71kBmvZtSBOM"),  # with the older secret
]


@pytest.mark.parametrize(("purpose", "ids", "token"), IN_MAILBOXES)
def test_a_token_that_is_in_a_mailbox_still_says_the_same(
    purpose: Purpose, ids: tuple[int, ...], token: str
) -> None:
    claim = SIGNER.read(purpose, token)
    assert claim.ids == ids
    assert claim.issued_at == AT


def test_today_the_same_tokens_are_made() -> None:
    for purpose, ids, token in IN_MAILBOXES[:-1]:
        assert SIGNER.sign(purpose, *ids, issued_at=AT) == token
        with time_machine.travel(AT, tick=False):
            assert SIGNER.sign(purpose, *ids) == token


def test_each_second_has_its_own() -> None:
    with time_machine.travel(AT, tick=False) as clock:
        for _ in range(3):
            assert SIGNER.read(Purpose.FORM, SIGNER.sign(Purpose.FORM, 1)).issued_at == datetime.now(UTC)
            clock.shift(timedelta(seconds=1))
        old = SIGNER.sign(Purpose.FORM, 7)
        clock.shift(timedelta(hours=2))
        with pytest.raises(Expired) as expired:
            SIGNER.read(Purpose.FORM, old, max_age=timedelta(hours=1))
    assert expired.value.claim.ids == (7,)


@given(st.sampled_from(Purpose), IDS)
def test_a_token_is_read_with_its_purpose_only(purpose: Purpose, ids: list[int]) -> None:
    token = SIGNER.sign(purpose, *ids)
    assert SIGNER.read(purpose, token).ids == tuple(ids)
    for other in set(Purpose) - {purpose}:
        with pytest.raises(Missing):
            SIGNER.read(other, token)
    with pytest.raises(Missing):
        Signer(["another installation"]).read(purpose, token)
