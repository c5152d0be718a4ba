"""A path for each rule of the URL map, for tests that go through all of them."""

from typing import Any

from werkzeug.routing import AnyConverter, IntegerConverter, Rule


def example_path(rule: Rule) -> str:
    """One that the rule takes: 987654 for a number, the first of several words, else “morning”."""
    values = {name: _example(converter) for name, converter in rule._converters.items()}
    built = rule.build(values | dict(rule.defaults or {}), append_unknown=False)
    assert built is not None, rule
    return built[1]


def _example(converter: Any) -> object:
    match converter:
        case IntegerConverter():
            return 987654
        case AnyConverter():
            return sorted(converter.items)[0]
        case _:
            return "morning"
