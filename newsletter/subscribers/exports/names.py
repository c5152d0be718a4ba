"""What a file calls tags and topics, so that an import finds the same ones, or makes them alike."""

from collections import Counter
from collections.abc import Sequence

from newsletter.subscribers.imports.words import compact
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic


def usable_names(labels: Sequence[Tag | Topic]) -> list[str]:
    """The name of each label, or its key where an import would take the name for another one."""
    said = Counter(word for label in labels for word in {_word(label.name), _word(label.key)})
    return [label.name if said[_word(label.name)] == 1 else label.key for label in labels]


def _word(name: str) -> str:
    """As imports compare them."""
    return compact(name) or name
