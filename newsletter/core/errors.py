"""Errors that carry a decision: each surface (web, API, CLI, worker) maps decisions, never single errors."""

from enum import StrEnum


class Decision(StrEnum):
    """What whoever caught the error should do about it."""

    REFUSE = "refuse"  # the input is wrong: say so, 4xx, exit 2
    MISSING = "missing"  # what was named does not exist: 404, exit 2
    CONFLICT = "conflict"  # somebody else was first: 409, exit 2
    LIMITED = "limited"  # too often: 429
    RETRY = "retry"  # it may work later: try again, 503
    OPERATOR = "operator"  # only a person with access to the installation can mend it: 503, exit 1


class DomainError(Exception):
    """An expected failure, told in one sentence.

    `code` is stable and for programs, `message` is for people, `fields` maps a field (or a document path
    such as `sections[2].items[0].url`) to what is wrong with it.
    """

    decision = Decision.REFUSE

    def __init__(self, code: str, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields or {}


class Refused(DomainError):
    """The input cannot be accepted as it is."""


class Missing(DomainError):
    """What was asked for does not exist."""

    decision = Decision.MISSING


class Conflict(DomainError):
    """Somebody else changed it first, or its state does not allow this any more."""

    decision = Decision.CONFLICT


class Limited(DomainError):
    """Asked too often; nothing was done."""

    decision = Decision.LIMITED


class Retryable(DomainError):
    """It may work later; nothing was lost."""

    decision = Decision.RETRY


class OperatorMustAct(DomainError):
    """Nothing will improve until somebody changes the installation or its surroundings."""

    decision = Decision.OPERATOR
