"""The rules of a segment as a tree of groups and rows: read from a form, changed by its buttons, made rules.

A field is named by its place: `r.join` is how the outermost group joins, `r.0.about` what its first row is
about, `r.1.0.how` is of a row in a group within.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.segments.rules import DEEPEST, MOST_RULES, AllOf, AnyOf, Not, parts_of
from newsletter.web.admin.subscribers.rule_rows import ATTRIBUTE, Row, plain_rule, row_of, typed_rule

ROOT = "r"
JOINS = ("all", "any", "none")
LONGEST = 500  # characters of a value that is typed


@dataclass
class Group:
    """Rows and groups that are joined by `all`, `any` or `none`."""

    join: str = "all"
    parts: list["Group | Row"] = field(default_factory=list)


def tree_of(rule: Any) -> Group:
    """The tree that shows rules."""
    shown = _node(rule)
    return shown if isinstance(shown, Group) else Group("all", [shown])


def _node(rule: Any) -> Group | Row:
    inner = [part for _, part in parts_of(rule)]
    if isinstance(rule, Not):
        row = None if parts_of(inner[0]) else row_of(inner[0], negated=True)
        return row or Group("none", [_node(inner[0])])
    if inner:
        join = "all" if isinstance(rule, AllOf) else "any" if isinstance(rule, AnyOf) else "none"
        return Group(join, [_node(part) for part in inner])
    row = row_of(rule)
    return row or Group("all", [_node(end) for end in _ends(rule)])


def _ends(period_rule: Any) -> list[Any]:
    """A period with two ends as a rule for each."""
    ((name, period),) = [(name, getattr(period_rule, name)) for name in type(period_rule).model_fields]
    ends = [period.model_copy(update={other: None}) for other in ("before", "after")]
    return [period_rule.model_copy(update={name: end}) for end in ends]


def read_tree(form: Mapping[str, str]) -> Group:
    """What a form holds; more than rules may be is left out."""
    return _read_group(form, ROOT, 1)


def _read_group(form: Mapping[str, str], place: str, depth: int) -> Group:
    join = form.get(f"{place}.join", "all")
    group = Group(join if join in JOINS else "all")
    for index in range(MOST_RULES):
        below = f"{place}.{index}"
        if f"{below}.about" in form:
            texts = [form.get(f"{below}.{name}", "")[:LONGEST] for name in ("about", "how", "value", "least")]
            group.parts.append(Row(*texts))
        elif f"{below}.join" in form and depth < DEEPEST:
            group.parts.append(_read_group(form, below, depth + 1))
        else:
            break
    return group


def change_tree(tree: Group, action: str, about: str) -> None:
    """Do what a button says: `add`, `group` or `remove`, then a colon and the place."""
    verb, _, place = action.partition(":")
    path = [int(part) for part in place.split(".")[1:] if part.isdecimal() and len(part) < 5]
    group = tree
    for index in path[:-1] if verb == "remove" else path:
        inner = group.parts[index] if index < len(group.parts) else None
        if not isinstance(inner, Group):
            return
        group = inner
    if verb == "remove" and path and path[-1] < len(group.parts):
        del group.parts[path[-1]]
    elif verb == "add" and about:
        group.parts.append(Row(about))
    elif verb == "group" and len(path) + 1 < DEEPEST:
        group.parts.append(Group("any"))


def plain_rules(tree: Group, types: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The rules as plain JSON values, and the field's place of each rule by its place in them.

    `types` has the type of each attribute by its key. A group without rules is left out.
    """
    places: dict[str, str] = {}
    return _plain_group(tree, types, "", ROOT, places), places


def _plain_group(
    group: Group, types: Mapping[str, str], at: str, place: str, places: dict[str, str]
) -> dict[str, Any]:
    rules: list[dict[str, Any]] = []
    places[at] = place
    for index, part in enumerate(group.parts):
        inner_at = f"{at}.{group.join}[{len(rules)}]".lstrip(".")
        inner_place = f"{place}.{index}"
        if isinstance(part, Row):
            rules.append(_plain_row(part, types))
            places[inner_at] = inner_place
        elif part.parts:
            rules.append(_plain_group(part, types, inner_at, inner_place, places))
    return {group.join: rules}


def _plain_row(row: Row, types: Mapping[str, str]) -> dict[str, Any]:
    if row.about.startswith(ATTRIBUTE):
        return typed_rule(row, types.get(row.about.removeprefix(ATTRIBUTE), "text"))
    return plain_rule(row)


def place_of(at: str, places: Mapping[str, str]) -> str:
    """The field's place for a place in rules, which may lie within that of a rule (`all[0].value`)."""
    while at and at not in places:
        at = at.rpartition(".")[0] if "." in at else ""
    return places.get(at, ROOT)
