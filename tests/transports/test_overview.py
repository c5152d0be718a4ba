"""What people are told about transports."""

from sqlalchemy.orm import Session

from newsletter.transports.availability import Obstacle
from newsletter.transports.cooldown import cool_down
from newsletter.transports.overview import overview
from newsletter.transports.quota import reserve_quota
from tests.transports.configs import DAY, NOON, SECOND, make_config


def test_shares_are_those_of_whoever_can_send(session: Session) -> None:
    configs = [
        make_config("a", weight=2),
        make_config("b"),
        make_config("c", weight=0),
        make_config("d", weight=5, paused=True),
    ]
    told = overview(session, configs, NOON)
    assert [one.share for one in told] == [67, 33, 0, 0]
    assert [one.availability.obstacle for one in told] == [None, None, None, Obstacle.PAUSED]
    assert [one.share for one in overview(session, configs[2:], NOON)] == [0, 0]


def test_use_is_that_of_today(session: Session) -> None:
    configs = [make_config("a", per_day=100), make_config("b")]
    reserve_quota(session, configs[0], 30, NOON)
    told = overview(session, configs, NOON)
    assert [(one.used_today, one.allowance) for one in told] == [(30, 100), (0, None)]
    assert overview(session, configs, NOON + DAY)[0].used_today == 0


def test_trouble_with_single_senders_is_told_while_it_lasts(session: Session) -> None:
    cool_down(session, "a", "news@example.org", "It refuses the sender.", temporary=False, now=NOON)
    cool_down(session, "a", "other@example.org", "It is slow.", temporary=True, now=NOON)
    (told,) = overview(session, [make_config("a")], NOON)
    assert told.availability.obstacle is None
    assert list(told.senders) == ["news@example.org", "other@example.org"]
    (later,) = overview(session, [make_config("a")], NOON + 60 * SECOND)
    assert list(later.senders) == ["news@example.org"]
