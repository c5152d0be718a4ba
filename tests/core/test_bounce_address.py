"""Return paths name a delivery, survive a change of case, and cannot be made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.bounce_address import bounce_address, read_bounce_address
from newsletter.core.errors import Missing
from newsletter.core.tokens import Purpose, Signer

SIGNER = Signer(["a new secret", "an older one"])
OLD = Signer(["an older one"])
numbers = st.integers(min_value=0, max_value=2**40)


@given(mailing=numbers, seq=numbers)
def test_it_is_read_back_in_any_case_and_with_older_secrets(mailing: int, seq: int) -> None:
    for signer in (SIGNER, OLD):
        address = bounce_address(signer, "bounces.press.example", mailing, seq)
        assert len(address.partition("@")[0]) <= 64
        assert address == address.lower()
        assert read_bounce_address(SIGNER, address) == (mailing, seq)
        assert read_bounce_address(SIGNER, address.upper()) == (mailing, seq)


@given(place=st.integers(min_value=0, max_value=200), letter=st.sampled_from("abcz27+@b"))
def test_no_letter_of_it_can_be_another(place: int, letter: str) -> None:
    local, _, domain = bounce_address(SIGNER, "bounces.press.example", 41, 61_204).partition("@")
    place %= len(local)
    changed = local[:place] + letter + local[place + 1 :]
    if changed.lower() != local:
        with pytest.raises(Missing):
            read_bounce_address(SIGNER, f"{changed}@{domain}")


@pytest.mark.parametrize("address", ["", "b+@x", "b+a@x", "b+ä@x", "news@press.example", f"b+{'a' * 200}@x"])
def test_others_are_not_ours(address: str) -> None:
    with pytest.raises(Missing):
        read_bounce_address(SIGNER, address)


def test_a_token_of_another_purpose_is_worth_nothing() -> None:
    assert SIGNER.knows(Purpose.BOUNCE, b"x", SIGNER.mac(Purpose.BOUNCE, b"x"))
    assert not SIGNER.knows(Purpose.BOUNCE, b"x", SIGNER.mac(Purpose.UNSUBSCRIBE, b"x"))
