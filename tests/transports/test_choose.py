"""Choosing the transport: by weight among those that may, and what to wait for when none may."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from newsletter.core.db import reading
from newsletter.runtime import Runtime
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.transports.choose import Wait, choose
from newsletter.transports.cooldown import cool_down
from newsletter.transports.quota import reserve_quota
from newsletter.transports.transport_config import TransportConfig
from tests.transports.configs import DAY, NOON, SECOND, make_config

SENDER = "news@example.org"


def chosen(session: Session, *configs: TransportConfig, sender: str = SENDER) -> str:
    found = choose(session, configs, sender, NOON)
    assert isinstance(found, TransportConfig), found
    return found.key


def waiting(session: Session, *configs: TransportConfig) -> Wait:
    found = choose(session, configs, SENDER, NOON)
    assert isinstance(found, Wait), found
    return found


def test_by_weight(session: Session) -> None:
    configs = [make_config("a", weight=3), make_config("b", weight=1), make_config("c", weight=0)]
    chance = random.Random(1)
    found = Counter(choose(session, configs, SENDER, NOON, chance) for _ in range(400))
    assert set(found) == set(configs[:2])
    assert 260 < found[configs[0]] < 340


def test_a_reader_may_choose(runtime: Runtime) -> None:
    with reading(), runtime.session() as session:
        assert chosen(session, make_config(per_second=1)) == "transport:1"


@pytest.mark.parametrize("paused", [True, False])
def test_a_reserve_takes_over_only_from_those_that_cannot(session: Session, paused: bool) -> None:
    assert chosen(session, make_config("a", paused=paused), make_config("b", weight=0)) == (
        "b" if paused else "a"
    )


def test_a_reserve_does_not_help_to_keep_pace(session: Session) -> None:
    slow, reserve = make_config("slow", per_second=10), make_config("reserve", weight=0)
    reserve_quota(session, slow, 10, NOON)
    assert waiting(session, slow, reserve).until == NOON + SECOND / 2
    used_up = make_config("slow", per_second=10, per_day=10)
    assert chosen(session, used_up, reserve) == "reserve"


def test_reserves_alone_come_in_their_order(session: Session) -> None:
    assert chosen(session, make_config("a", weight=0), make_config("b", weight=0)) == "a"


def test_the_hours(session: Session) -> None:
    closed = make_config("a", hours="14:00-16:00", zone="UTC")
    found = waiting(session, closed)
    assert found.until == NOON + 2 * 3600 * SECOND
    assert "14:00-16:00 (UTC)" in found.sentence
    assert chosen(session, closed, make_config("b")) == "b"


def test_the_day(session: Session) -> None:
    config = make_config("a", per_day=1000)
    reserve_quota(session, config, 1000, NOON)
    found = waiting(session, config)
    assert found.until == NOON + DAY / 2
    assert "today's 1,000 messages" in found.sentence


def test_trouble_with_all_or_with_one_sender(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON)
    cool_down(session, "b", SENDER, "It refuses the sender.", temporary=False, now=NOON)
    assert waiting(session, make_config("a"), make_config("b")) == Wait(NOON + 30 * SECOND, "It is down.")
    assert chosen(session, make_config("a"), make_config("b"), sender="other@example.org") == "b"
    assert waiting(session, make_config("b")) == Wait(None, "It refuses the sender.")


def test_the_longest_of_two_rests_counts(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON)
    cool_down(session, "a", SENDER, "It is slow.", temporary=True, now=NOON - 5 * SECOND)
    assert waiting(session, make_config("a")) == Wait(NOON + 30 * SECOND, "It is down.")


def test_when_nobody_can_send_everything_to_mend_is_told(session: Session) -> None:
    broken = replace(
        make_config("b"), broken=SessionFailed(Step.AUTH, "Enter the password again.", temporary=False)
    )
    found = waiting(session, make_config("a", paused=True), broken)
    assert found.until is None
    assert "“a” is paused" in found.sentence
    assert "Enter the password again." in found.sentence


def test_a_rest_of_another_clock_is_over(session: Session) -> None:
    cool_down(session, "a", "", "It is down.", temporary=True, now=NOON + DAY)
    assert chosen(session, make_config("a")) == "a"
