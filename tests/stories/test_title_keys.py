"""Near titles."""

import pytest

from newsletter.stories.title_keys import near_titles, title_keys

NEAR = (
    (
        "Ferry line to the northern islands reopens after nine years",
        "Ferry line to the northern islands reopens after 9 years",
    ),
    (
        "Harbour talks resume on Tuesday as mediators return",
        "As mediators return, harbour talks resume on Tuesday",
    ),
    (
        "Minister: “We will rebuild the bridge” before winter comes",
        "Minister: We will rebuild the bridge before winter comes",
    ),
    ("港の協議が火曜日に再開、仲介者が戻る", "港の協議が火曜日に再開 仲介者が戻る"),
)
FAR = (
    ("Harbour talks resume on Tuesday as mediators return", "Harbour talks end on Friday as mediators leave"),
    (
        "Two killed in storm on the northern coast of Italy",
        "Ten rescued from boat on the southern coast of Spain",
    ),
    ("Week in review", "Week in review"),
    ("", ""),
)


@pytest.mark.parametrize(("title", "other"), NEAR)
def test_titles_that_differ_in_little_are_near_and_share_a_key(title: str, other: str) -> None:
    assert [*near_titles(title, [other]), *near_titles(other, [title])] == [True, True]
    assert set(title_keys(title)) & set(title_keys(other))


@pytest.mark.parametrize(("title", "other"), FAR)
def test_other_stories_and_short_titles_are_not_near(title: str, other: str) -> None:
    assert list(near_titles(title, [other])) == [False]


def test_keys_fit_into_a_signed_integer_of_64_bits() -> None:
    keys = title_keys("Ferry line to the northern islands reopens after nine years")
    assert len(keys) == 8
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert title_keys("Week in review") == []
