"""Rules of cadences: what is understood, what is refused, and which moments they name."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.cadence.rule import Rule, load_rule, parse_rule
from newsletter.core.errors import Refused

MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


def local(text: str, number: int = 3, after: datetime = MARCH) -> list[str]:
    rule = parse_rule(text, "Europe/Rome")
    zone = ZoneInfo(rule.zone)
    dates = islice(rule.occurrences(after), number)
    return [f"{each.at.astimezone(zone):%a %Y-%m-%d %H:%M}" for each in dates]


@pytest.mark.parametrize(
    ("text", "written", "dates"),
    [
        (
            "FR 08:00 Europe/Rome",
            "FR 08:00 Europe/Rome",
            ["Fri 2026-03-06 08:00", "Fri 2026-03-13 08:00", "Fri 2026-03-20 08:00"],
        ),
        (
            " friday,tue  8:00 ",
            "TU,FR 08:00 Europe/Rome",
            ["Tue 2026-03-03 08:00", "Fri 2026-03-06 08:00", "Tue 2026-03-10 08:00"],
        ),
        (
            "1st MO 09:00 new york",
            "1st MO 09:00 America/New_York",
            ["Mon 2026-03-02 09:00", "Mon 2026-04-06 09:00", "Mon 2026-05-04 09:00"],
        ),
        (
            "Last FR 18.30 UTC",
            "last FR 18:30 UTC",
            ["Fri 2026-03-27 18:30", "Fri 2026-04-24 18:30", "Fri 2026-05-29 18:30"],
        ),
        (
            "15 08:00",
            "15 08:00 Europe/Rome",
            ["Sun 2026-03-15 08:00", "Wed 2026-04-15 08:00", "Fri 2026-05-15 08:00"],
        ),
        (
            "last 08:00",
            "last 08:00 Europe/Rome",
            ["Tue 2026-03-31 08:00", "Thu 2026-04-30 08:00", "Sun 2026-05-31 08:00"],
        ),
    ],
)
def test_rules(text: str, written: str, dates: list[str]) -> None:
    assert str(parse_rule(text, "Europe/Rome")) == written
    assert local(text) == dates


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“” is not a cadence."),
        ("every Friday", "“every Friday” is not a cadence."),
        ("FR", "is not a cadence."),
        ("FR 25:00", "There is no time 25:00."),
        ("FR 08:60", "There is no time 08:60."),
        ("XX 08:00", "“xx” is not a day."),
        ("F 08:00", "“f” is not a day."),
        ("FR,,TU 08:00", "“” is not a day."),
        ("5th FR 08:00", "“5th fr” is not a day."),
        ("31 08:00", "Not every month has a day 31."),
        ("0 08:00", "Not every month has a day 0."),
        ("٣ 08:00", "“٣” is not a day."),
        ("FR 08:00 Nowhere", "There is no time zone called “Nowhere”"),
        ("FR 08:00 ../etc", "There is no time zone called “../etc”"),
        ("FR " + "0" * 300, "is not a cadence."),
    ],
)
def test_nonsense_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_rule(text, "Europe/Rome")
    assert sentence in refusal.value.message
    assert set(refusal.value.fields) == {"rule"}


def test_the_wall_clock_goes_on_over_changes_of_the_clocks() -> None:
    # In Rome the clocks go forward on 29 March and back on 25 October 2026.
    before = datetime(2026, 3, 26, tzinfo=UTC)
    assert local("FR 08:00", 2, before) == ["Fri 2026-03-27 08:00", "Fri 2026-04-03 08:00"]
    skipped = next(parse_rule("SU 02:30", "Europe/Rome").occurrences(before))
    assert (skipped.day.isoformat(), skipped.at.isoformat()) == ("2026-03-29", "2026-03-29T01:30:00+00:00")
    repeated = next(parse_rule("SU 02:30", "Europe/Rome").occurrences(datetime(2026, 10, 24, tzinfo=UTC)))
    assert repeated.at.isoformat() == "2026-10-25T00:30:00+00:00"  # the first of the two


def test_a_date_that_has_begun_is_over() -> None:
    rule = parse_rule("FR 08:00", "Europe/Rome")
    at = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)
    assert next(rule.occurrences(at)).at > at
    assert next(rule.occurrences(at.replace(hour=6, minute=59))).at == at
    # In a zone where the day has not begun yet.
    far = parse_rule("FR 23:30 Pacific/Honolulu", "UTC")
    assert next(far.occurrences(datetime(2026, 3, 7, 9, 0, tzinfo=UTC))).day.isoformat() == "2026-03-06"


weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
rules = st.one_of(
    st.builds(Rule, st.integers(0, 23), st.integers(0, 59), st.just("Europe/Rome"), weekdays),
    st.builds(
        Rule,
        st.integers(0, 23),
        st.integers(0, 59),
        st.just("America/Sao_Paulo"),
        st.integers(0, 6).map(lambda day: (day,)),
        st.sampled_from([1, 2, 3, 4, -1]),
    ),
    st.builds(
        Rule,
        st.integers(0, 23),
        st.integers(0, 59),
        st.just("UTC"),
        month_day=st.integers(1, 28) | st.just(-1),
    ),
)


@given(rules)
def test_what_is_written_is_read_again(rule: Rule) -> None:
    assert load_rule(str(rule)) == rule
    dates = list(islice(rule.occurrences(MARCH), 5))
    assert dates == sorted(dates, key=lambda each: each.at)
    assert all(each.at > MARCH for each in dates)
