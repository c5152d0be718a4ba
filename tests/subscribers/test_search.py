"""People are found by a part of their name, in any script and case."""

from sqlalchemy.orm import Session

from newsletter.subscribers.search import find_people
from tests.factories import make_publication, make_subscription

NAMES = ("İstanbul Ağa", "MÜLLER", "Straße", "Иван", "100%é_/Ana", "Żółw", "Kelvin \u212a")


def found_by(session: Session, words: str) -> set[str]:
    return {person.name for person in find_people(session, words)[0]}


def test_a_name_is_found_by_each_part_of_it_in_each_case(session: Session) -> None:
    publication = make_publication(session)
    for number, name in enumerate(NAMES):
        make_subscription(session, publication, f"reader{number}@readers.example", name)
    for name in NAMES:
        for begin in range(len(name) - 2):
            assert name in found_by(session, name[begin : begin + 3].strip()), name[begin:]
    for words in ("müller", "Müller", "MÜLLER", "mÜLLER"):
        assert found_by(session, words) == {"MÜLLER"}
    assert found_by(session, "иван") == {"Иван"}
    assert found_by(session, "żółw") == {"Żółw"}
    assert found_by(session, "0%é_/a") == {"100%é_/Ana"}
    assert found_by(session, "möller") == set()
