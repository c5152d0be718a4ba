"""Comments follow the text: the phrase, the item or the section that they are about."""

import json

import pytest

from newsletter.comments.anchor import Anchor, Target, find_target, make_anchor
from newsletter.document import Document, loads

FERRY = {
    "headline": "Ferry line reopens",
    "url": "https://news.example.org/ferry",
    "blurb": "It *left* at dawn.",
}
MULES = {"headline": "A library by mule", "url": "https://news.example.org/mules", "blurb": "Eleven boxes."}
UNTITLED = {"headline": "Lanterns", "blurb": "For the crossing."}


def document(*sections: dict) -> Document:
    return loads(json.dumps({"title": "Week one", "sections": sections}))


def links(name: str, *items: dict) -> dict:
    return {"type": "links", "id": name, "items": items}


NOTICE = {"type": "notice", "id": "top", "items": ["The line is open.", "Nominate somebody."]}
BEFORE = document(NOTICE, links("digest", FERRY, MULES, UNTITLED), links("more"))


@pytest.mark.parametrize(
    ("about", "quote", "after", "where"),
    [
        # The item is known by its link: it was moved, its headline edited, put into another section.
        (Target(1, 0), "", document(links("digest", MULES, FERRY)), Target(0, 1)),
        (Target(1, 0), "", document(links("digest", FERRY | {"headline": "Boats"})), Target(0, 0)),
        (Target(1, 0), "", document(links("digest", MULES), links("more", FERRY)), Target(1, 0)),
        # Without its link by its headline; without both it is gone.
        (Target(1, 2), "", document(links("digest", UNTITLED, MULES)), Target(0, 0)),
        (Target(1, 0), "", document(links("digest", MULES)), None),
        # A statement has neither, so its position counts.
        (Target(0, 1), "", document(NOTICE), Target(0, 1)),
        (Target(0, 1), "", document(NOTICE | {"items": ["One."]}), None),
        # A section is known by its id.
        (Target(2), "", document(links("more"), NOTICE), Target(0)),
        (Target(2), "", document(NOTICE), None),
        # A phrase is found as readers see it, and where it went.
        (Target(1, 0), "it LEFT  at", BEFORE, Target(1, 0)),
        (
            Target(1, 0),
            "It left",
            document(links("digest", FERRY | {"blurb": "No."}, MULES | FERRY)),
            Target(0, 1),
        ),
        (Target(1, 0), "It left", document({"type": "text", "id": "t", "text": "It left."}), Target(0)),
        (Target(1, 0), "It left", document(links("digest", FERRY | {"blurb": "It sailed."})), None),
    ],
)
def test_it_is_found_again(about: Target, quote: str, after: Document, where: Target | None) -> None:
    assert find_target(after, make_anchor(BEFORE, about, quote)) == where


def test_a_comment_on_the_whole_issue_has_no_place() -> None:
    assert Anchor().is_whole
    assert find_target(BEFORE, Anchor()) is None
    assert not make_anchor(BEFORE, Target(0)).is_whole
