"""The rules of a segment, as in JSON: `{"all": [{"tag": "press"}, {"not": {"topic": "sport"}}]}`."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from newsletter.core.ids import LARGEST_ID
from newsletter.document.fields import Key, Language, Model, refused
from newsletter.subscribers.attributes.values import LONGEST_TEXT
from newsletter.subscribers.models import ConsentSource

MOST_RULES = 200
DEEPEST = 10  # groups within groups
MOST_MAILINGS = 100
FURTHEST_DAYS = 36_500
LARGEST_NUMBER = 1e15

Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Number = Annotated[int | float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
Days = Annotated[int, Field(ge=0, le=FURTHEST_DAYS)]
Some = Annotated[int, Field(ge=1, le=MOST_MAILINGS)]
MailingId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class DaysAgo(Model):
    """A day that moves: so many days before today, in the publication's time zone."""

    days_ago: Days


class InDays(Model):
    """A day that moves: so many days after today, in the publication's time zone."""

    in_days: Days


def _day_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "<in_days>" if "in_days" in value else "<days_ago>"
    if isinstance(value, InDays | DaysAgo):
        return "<in_days>" if isinstance(value, InDays) else "<days_ago>"
    return "<day>"


Day = Annotated[
    Annotated[Annotated[date, Field(ge=date(1000, 1, 1), le=date(9000, 1, 1))], Tag("<day>")]
    | Annotated[DaysAgo, Tag("<days_ago>")]
    | Annotated[InDays, Tag("<in_days>")],
    Discriminator(_day_kind),
]


class Period(Model):
    """On later days than `after` and on earlier ones than `before`; one of them may be missing."""

    after: Day | None = None
    before: Day | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> "Period":
        if self.after is None and self.before is None:
            raise refused("Give “before” or “after”.")
        return self


class AllOf(Model):
    """Every rule is true."""

    all: "Rules"


class AnyOf(Model):
    """At least one rule is true."""

    any: "Rules"


class NoneOf(Model):
    """No rule is true."""

    none: "Rules"


class Not(Model):
    """The rule is false."""

    not_: "Rule" = Field(alias="not")


class AttributeRule(Model):
    """Compares the value of an attribute, in one way. Without a value, only `is_not` and `known` are met."""

    attribute: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    is_: Text | bool | Number | None = Field(None, alias="is")
    is_not: Text | bool | Number | None = None
    contains: Text | None = None
    starts_with: Text | None = None
    greater: Number | None = None
    less: Number | None = None
    before: Day | None = None
    after: Day | None = None
    known: bool | None = None

    @model_validator(mode="after")
    def _compares_once(self) -> "AttributeRule":
        if len(self.comparisons()) != 1:
            words = ", ".join(OPERATORS)
            raise refused(f"Compare the attribute in one way: {words}.")
        return self

    def comparisons(self) -> dict[str, Any]:
        """What was given, by its name in JSON: exactly one in a valid rule."""
        return {
            name: value for name in OPERATORS if (value := getattr(self, _FIELDS.get(name, name))) is not None
        }


OPERATORS = ("is", "is_not", "contains", "starts_with", "greater", "less", "before", "after", "known")
_FIELDS = {"is": "is_"}


class TagRule(Model):
    """Has this tag."""

    tag: Key


class TopicRule(Model):
    """Gets this topic: has not muted it."""

    topic: Key


class LanguageRule(Model):
    """Reads this language: `pt` also means `pt-BR`. Who chose none has the publication's."""

    language: Language


class SignedUpRule(Model):
    """The day of the sign-up."""

    signed_up: Period


class ConfirmedRule(Model):
    """The day on which the address was confirmed."""

    confirmed: Period


class SourceRule(Model):
    """Where the person signed up, at any time."""

    source: ConsentSource


class StateRule(Model):
    """Whether the subscription is active, or paused now."""

    state: Literal["active", "paused"]


class _Mailings(Model):
    """`latest` looks at the latest `mailings` (1), of which `at_least` (1) must be so."""

    mailings: Some | None = None
    at_least: Some | None = None

    @model_validator(mode="after")
    def _fits(self) -> "_Mailings":
        which = mailings_of(self)
        if self.mailings is not None and which != "latest":
            raise refused("Use “mailings” with “latest” only.")
        if self.at_least is not None and which not in {"latest", "ever"}:
            raise refused("Use “at_least” with “latest” or “ever” only.")
        if which == "latest" and (self.at_least or 1) > (self.mailings or 1):
            raise refused("“at_least” cannot be more than “mailings”.")
        return self


class ClickedRule(_Mailings):
    """Clicked a link in past mailings. Only known of readers who agreed to it, and for 90 days."""

    clicked: Literal["ever", "never", "latest"] | MailingId


class GotRule(_Mailings):
    """Got past mailings: a server took the message, or did not answer."""

    got: Literal["ever", "never", "latest"] | MailingId


class RejectedRule(_Mailings):
    """The person's server refused past mailings."""

    rejected: Literal["ever", "never", "latest"] | MailingId


class DidNotGetRule(Model):
    """Got none of the latest `mailings` (1), or not the mailing with this id."""

    did_not_get: Literal["latest"] | MailingId
    mailings: Some | None = None

    @model_validator(mode="after")
    def _fits(self) -> "DidNotGetRule":
        if self.mailings is not None and self.did_not_get != "latest":
            raise refused("Use “mailings” with “latest” only.")
        return self


class SegmentRule(Model):
    """Is in another segment of the publication."""

    segment: Key


MailingRule = ClickedRule | GotRule | RejectedRule
Group = AllOf | AnyOf | NoneOf

KINDS = (
    *("all", "any", "none", "not", "attribute", "tag", "topic", "language", "signed_up", "confirmed"),
    *("source", "state", "got", "did_not_get", "rejected", "clicked", "segment"),
)


def _kind(value: Any) -> str | None:
    """The tag of the union by which a rule is read."""
    if isinstance(value, Model):
        names = [field.alias or name for name, field in type(value).model_fields.items()]
    else:
        names = list(value) if isinstance(value, dict) else []
    kinds = [kind for kind in KINDS if kind in names]
    return f"<{kinds[0]}>" if kinds else None


Rule = Annotated[
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[NoneOf, Tag("<none>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[AttributeRule, Tag("<attribute>")]
    | Annotated[TagRule, Tag("<tag>")]
    | Annotated[TopicRule, Tag("<topic>")]
    | Annotated[LanguageRule, Tag("<language>")]
    | Annotated[SignedUpRule, Tag("<signed_up>")]
    | Annotated[ConfirmedRule, Tag("<confirmed>")]
    | Annotated[SourceRule, Tag("<source>")]
    | Annotated[StateRule, Tag("<state>")]
    | Annotated[ClickedRule, Tag("<clicked>")]
    | Annotated[GotRule, Tag("<got>")]
    | Annotated[RejectedRule, Tag("<rejected>")]
    | Annotated[DidNotGetRule, Tag("<did_not_get>")]
    | Annotated[SegmentRule, Tag("<segment>")],
    Discriminator(_kind),
]
Rules = Annotated[tuple[Rule, ...], Field(min_length=1, max_length=MOST_RULES)]

for _model in (AllOf, AnyOf, NoneOf, Not):
    _model.model_rebuild()


def mailings_of(rule: Model) -> Any:
    """Which mailings a rule is about: `ever`, `never`, `latest`, or the id of one."""
    return next(
        value for name in ("clicked", "got", "rejected") if (value := getattr(rule, name, None)) is not None
    )


def parts_of(rule: Any) -> list[tuple[str, Any]]:
    """The rules that a group joins, each with its place within it; none for a leaf."""
    match rule:
        case AllOf(all=rules) | AnyOf(any=rules) | NoneOf(none=rules):
            word = next(iter(type(rule).model_fields))
            return [(f"{word}[{index}]", inner) for index, inner in enumerate(rules)]
        case Not(not_=inner):
            return [("not", inner)]
    return []


def leaves(rule: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every rule that is no group, with its place, such as `all[1].not`."""
    inner = parts_of(rule)
    if not inner:
        yield place, rule
    for within, part in inner:
        yield from leaves(part, f"{place}.{within}".lstrip("."))


def dump(rule: Any) -> dict[str, Any]:
    """The rule as plain JSON values, as short as it can be."""
    plain: dict[str, Any] = rule.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain
