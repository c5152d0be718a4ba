"""What the forms of rules have in common: the rules that their rows say, and who is met by them now."""

from dataclasses import dataclass, field
from typing import Any

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.segments.members import count_members, sample_members
from newsletter.segments.names import look_up, problems
from newsletter.segments.read import read, rules_invalid
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.models import Subscription
from newsletter.web.admin.subscribers.rule_tree import Group, change_tree, place_of, plain_rules
from newsletter.web.database import session


@dataclass(frozen=True)
class Counted:
    """Who is met by rules now: how many, and a few of them; or why that cannot be said. Empty: no rules."""

    count: int | None = None
    sample: list[Subscription] = field(default_factory=list)
    problem: str = ""


def rules_of(publication: Publication, tree: Group) -> Any:
    """The rules that the rows say. Raises `Refused` with the fields' places."""
    types = {each.key: each.type.value for each in list_labels(session(), Attribute, publication)}
    plain, places = plain_rules(tree, types)
    try:
        rules = read(plain)
        if found := problems(rules, look_up(session(), publication, rules, clock.now())):
            raise rules_invalid(found)
    except Refused as error:
        fields = {place_of(at, places): sentence for at, sentence in error.fields.items()}
        raise Refused(error.code, next(iter(fields.values())), fields) from None
    return rules


def press(tree: Group, action: str, new: str) -> None:
    """Do what a button of the form says; `new` is what was chosen beside “Add a rule”."""
    change_tree(tree, action, new if action.startswith("add:") else "")


def count_rules(publication: Publication, rules: Any, most: int = 10) -> Counted:
    """Who is met by the rules, with at most so many of them."""
    now = clock.now()
    try:
        count = count_members(session(), publication, rules, now)
    except Refused as error:
        return Counted(problem=error.message)
    return Counted(count, sample_members(session(), publication, rules, now, most) if most and count else [])


def count_tree(publication: Publication, tree: Group) -> Counted:
    """The same of rules as they stand in a form."""
    if not tree.parts:
        return Counted()
    try:
        return count_rules(publication, rules_of(publication, tree))
    except Refused as error:
        return Counted(problem=error.message)
