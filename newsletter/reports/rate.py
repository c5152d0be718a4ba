"""A rate that can be believed: it says of how many it is one, and is none where they are few."""

from dataclasses import dataclass

FEWEST = 100  # below this, one more or less changes a percentage too much to say anything


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of`."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share, 1 for all of them; None where `of` is less than `FEWEST`."""
        return self.count / self.of if self.of >= FEWEST else None

    def as_json(self) -> dict[str, int | float | None]:
        share = self.share
        return {"count": self.count, "of": self.of, "rate": None if share is None else round(share, 6)}
