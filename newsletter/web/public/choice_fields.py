"""The fields of topics, tags and attributes in the forms of readers: filled in, read, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request
from flask_babel import lazy_gettext

from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.attributes.values import value_text
from newsletter.subscribers.choices import Choices, Offer

PREFIX = "attribute."  # what the names of the fields of attributes begin with
PROBLEMS = {
    AttributeType.TEXT: lazy_gettext("Please use at most 500 characters."),
    AttributeType.NUMBER: lazy_gettext("Please enter a number, such as 12 or 12.5."),
    AttributeType.DATE: lazy_gettext("Please enter a date, such as 2026-12-01."),
    AttributeType.BOOLEAN: lazy_gettext("Please choose yes or no."),
    AttributeType.CHOICE: lazy_gettext("Please choose from the list."),
}


@dataclass(frozen=True)
class Filled:
    """A form as it is filled in: the keys of ticked topics and tags, and what stands for each attribute.

    `topics` None: the form has no fields of topics, or none were sent.
    """

    topics: frozenset[str] | None = None
    tags: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)

    def ticks(self, topic: str) -> bool:
        """Whether the topic with this key is ticked: all are, unless somebody says which."""
        return self.topics is None or topic in self.topics


EMPTY = Filled()


def sent_choices() -> Filled:
    """What the request's form says; without its hidden field `topics` it did not ask for topics."""
    form = request.form
    topics = frozenset(form.getlist("topic")) if "topics" in form else None
    values = {name.removeprefix(PREFIX): form[name] for name in form if name.startswith(PREFIX)}
    return Filled(topics, frozenset(form.getlist("tag")), values)


def filled(offer: Offer, choices: Choices) -> Filled:
    """A form that shows what was chosen."""
    topics = frozenset(topic.key for topic in offer.topics) - choices.muted
    return Filled(topics, choices.tags, {key: value_text(value) for key, value in choices.values.items()})


def problems_of(attributes: list[Attribute], wrong: Mapping[str, str]) -> dict[str, str]:
    """A sentence in the language of the page for each attribute whose key is in `wrong`."""
    return {each.key: str(PROBLEMS[each.type]) for each in attributes if each.key in wrong}
