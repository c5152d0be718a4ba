"""One small registry for everything that can be added to: blocks, themes, transports, rules, importers."""

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from newsletter.core.errors import Refused


class Member(Protocol):
    """Anything with a stable key can be a member."""

    @property
    def key(self) -> str: ...


M = TypeVar("M", bound=Member)


class Registry(Generic[M]):
    """An explicit, ordered list of members, found by key. Adding one is one file and one line in the list."""

    def __init__(self, kind: str, members: Iterable[M]) -> None:
        self.kind = kind
        self._members: dict[str, M] = {}
        for member in members:
            if member.key in self._members:
                message = f"two {kind}s are called {member.key!r}"
                raise ValueError(message)
            self._members[member.key] = member

    def __getitem__(self, key: str) -> M:
        """The member called `key`; `Refused` names the known ones when there is none."""
        try:
            return self._members[key]
        except KeyError:
            known = ", ".join(self._members)
            raise Refused(
                f"unknown_{self.kind}", f"There is no {self.kind} called “{key}”. Known: {known}."
            ) from None

    def __contains__(self, key: object) -> bool:
        return key in self._members

    def __iter__(self) -> Iterator[M]:
        return iter(self._members.values())

    def __len__(self) -> int:
        return len(self._members)

    def keys(self) -> list[str]:
        return list(self._members)
