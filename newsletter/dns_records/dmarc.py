"""DMARC records and the walk up the tree of names that finds them (RFC 9989)."""

from dataclasses import dataclass

from newsletter.dns_records.ask import Lookup
from newsletter.dns_records.tags import begins_with, read_tags

POLICIES = ("none", "quarantine", "reject")
MOST_LABELS = 8  # names with more are looked for from seven labels on (§4.10)


@dataclass(frozen=True)
class DmarcRecord:
    """A record of `domain`, and how receivers read it.

    problem: why it does not count, in words that go on after "The record "; empty: it counts.
    advice:  in the same way, what could be better.
    """

    domain: str
    text: str
    policy: str = "none"
    subdomain_policy: str = "none"
    is_strict_dkim: bool = False
    is_strict_spf: bool = False
    psd: str = "u"
    problem: str = ""
    advice: str = ""

    def policy_for(self, domain: str) -> str:
        """What it asks for mail of `domain` that fails."""
        return self.policy if domain == self.domain else self.subdomain_policy


@dataclass(frozen=True)
class DmarcWalk:
    """The records from a domain upwards, nearest first, and the domain that alignment is about.

    `copies`: how many records the domain itself has; more than one do not count.
    """

    domain: str
    records: tuple[DmarcRecord, ...]
    copies: int

    @property
    def organizational_domain(self) -> str:
        """The domain whose names belong together (§4.10.2); the domain itself where nothing says so."""
        for record in self.records:
            if record.psd == "n":
                return record.domain
            if record.psd == "y" and record.domain != self.domain:
                below = self.domain.removesuffix(f".{record.domain}").rpartition(".")[2]
                return f"{below}.{record.domain}"
        return self.records[-1].domain if self.records else self.domain

    @property
    def policy_record(self) -> DmarcRecord | None:
        """The record that receivers go by: the domain's own, else that of its organisation (§4.10.1)."""
        wanted = (self.domain, self.organizational_domain)
        found = [record for name in wanted for record in self.records if record.domain == name]
        return found[0] if found else next(iter(self.records), None)


def walk_dmarc(domain: str, lookup: Lookup) -> DmarcWalk:
    """Look for records at `domain` and above it. Raises `DnsSilent`."""
    records: list[DmarcRecord] = []
    copies = 0
    for name in names_to_ask(domain):
        texts = [text for text in lookup(f"_dmarc.{name}") if begins_with(text.strip(), "v=dmarc1")]
        if name == domain:
            copies = len(texts)
        if len(texts) == 1:
            record = read_dmarc(name, texts[0])
            records.append(record)
            if record.psd in {"y", "n"}:
                break
    return DmarcWalk(domain, tuple(records), copies)


def names_to_ask(domain: str) -> list[str]:
    """The names of the walk, at most eight: the domain, then those above it."""
    labels = domain.split(".")
    begins = [0, *range(max(1, len(labels) - MOST_LABELS + 1), len(labels))]
    return [".".join(labels[begin:]) for begin in begins]


def read_dmarc(domain: str, text: str) -> DmarcRecord:
    """The record in `text`, found at `domain`. A tag that nobody knows is passed over (§4.7)."""
    try:
        tags = {name: value.lower() for name, value in read_tags(text).items()}
    except ValueError as error:
        return DmarcRecord(domain, text, problem=f"cannot be read: {error}")
    policy, problem, advice = tags.get("p", ""), "", ""
    if policy not in POLICIES:
        said = (
            f"asks for “p={policy[:40]}”, which is unknown"
            if policy
            else "does not say what it asks for (p=)"
        )
        policy = "none"
        if "rua" not in tags:
            problem = said
        else:  # then it counts as none (§4.7)
            advice = f"{said}: receivers take it for p=none"
    if not advice and "pct" in tags:
        advice = "still has “pct=”, which receivers no longer read: remove it"
    elif not advice and "rua" not in tags:
        advice = "names no address for reports (rua=), so nobody learns what fails"
    below = tags.get("sp", policy)
    return DmarcRecord(
        domain,
        text,
        policy=policy,
        subdomain_policy=below if below in POLICIES else policy,
        is_strict_dkim=tags.get("adkim") == "s",
        is_strict_spf=tags.get("aspf") == "s",
        psd=tags.get("psd", "u"),
        problem=problem,
        advice=advice,
    )


def is_aligned(author: DmarcWalk, other: str, lookup: Lookup, *, strict: bool) -> bool:
    """Whether `other` (a signature's domain or a return path's) vouches for mail of `author` (§4.4).

    Relaxed, the two have the same organisational domain. Raises `DnsSilent`.
    """
    if not other or other == author.domain:
        return other == author.domain
    if strict:
        return False
    if not author.records:  # nothing says what belongs together
        return _is_within(other, author.domain) or _is_within(author.domain, other)
    organization = author.organizational_domain
    return _is_within(other, organization) and walk_dmarc(other, lookup).organizational_domain == organization


def _is_within(name: str, domain: str) -> bool:
    return f".{name}".endswith(f".{domain}")
