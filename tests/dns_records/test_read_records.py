"""What records say: SPF with all that it includes, DKIM keys, DMARC policies, mail servers, reverse names."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from newsletter.dns_records.dkim_record import read_dkim
from newsletter.dns_records.dmarc import is_aligned, names_to_ask, read_dmarc, walk_dmarc
from newsletter.dns_records.servers import check_mail_servers, check_reverse_name
from newsletter.dns_records.spf import check_spf

Records = dict[tuple[str, str], list[str]]


def lookup_in(records: Records):
    return lambda name, kind="TXT", /: records.get((name, kind), [])


def spf(*terms: str, **more: list[str]) -> Records:
    """The record of a.org, and further ones: `b="v=spf1 -all"` is that of b.org."""
    return {("a.org", "TXT"): [" ".join(("v=spf1", *terms))]} | {
        (f"{name}.org", "TXT"): texts for name, texts in more.items()
    }


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ({}, "has no SPF record"),
        ({("a.org", "TXT"): ["v=spf1 -all", "v=spf1 ~all"]}, "has 2 SPF records"),
        (spf("+all"), "lets anyone send"),
        (spf("all"), "lets anyone send"),
        (spf("ip4:192.0.2.1"), "does not cover all other servers"),
        (spf("ip4:192.0.2.300", "-all"), "“ip4:192.0.2.300” is not an address"),
        (spf("ip4:2001:db8::1", "-all"), "is an address of IPv6"),
        (spf("inlcude:b.org", "-all"), "“inlcude:b.org” cannot be read"),
        (spf("include:", "-all"), "“include:” cannot be read"),
        (spf("include", "-all"), "“include” names no domain"),
        (spf("include:b.org", "-all"), "b.org, which it names, has no SPF record"),
        (spf("include:b.org", "-all", b=["v=spf1 -all"] * 2), "b.org, which it names, has 2 SPF records"),
        (spf("include:a.org", "-all"), "needs more than 10 lookups"),
        (spf("redirect=a.org"), "needs more than 10 lookups"),
        (spf(*(["ptr"] * 11), "-all"), "needs more than 10 lookups"),
        (spf("include:b.org", "a", "-all", b=[f"v=spf1 {'ptr ' * 9}-all"]), "needs more than 10 lookups"),
        (spf("a:x.org", "mx:y.org", "exists:z.org", "-all"), "more than 2 names that the DNS does not have"),
        (spf("mx", "-all") | {("a.org", "MX"): [f"10 m{n}.org" for n in range(11)]}, "more than 10 mail"),
    ],
)
def test_an_spf_record_that_does_not_count(records: Records, problem: str) -> None:
    assert problem in check_spf("a.org", lookup_in(records)).problem


@pytest.mark.parametrize(
    ("records", "lookups", "ending"),
    [
        (spf("-all"), 0, "-"),
        (spf("ip4:192.0.2.0/24", "ip6:2001:db8::/32", "?all"), 0, "?"),
        (
            spf("MX", "A/24//64", "~ALL") | {("a.org", "A"): ["192.0.2.1"], ("a.org", "MX"): ["10 a.org"]},
            2,
            "~",
        ),
        (spf("include:b.org", "~all", b=["v=spf1 include:c.org -all"], c=["v=spf1 -all"]), 2, "~"),
        (spf("redirect=b.org", b=["v=spf1 ptr -all"]), 2, "-"),
        (spf("exists:%{i}._spf.b.org", "exp=why.b.org", "-all"), 1, "-"),
        (spf(*(["ptr"] * 10), "-all"), 10, "-"),
        (spf("-all", "include:a.org"), 0, "-"),  # what follows “all” is never reached
    ],
)
def test_an_spf_record_that_counts(records: Records, lookups: int, ending: str) -> None:
    check = check_spf("a.org", lookup_in(records))
    assert (check.problem, check.lookups, check.ending) == ("", lookups, ending)


def rsa(bits: int) -> str:
    key = generate_private_key(65_537, bits).public_key()
    octets = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(octets).decode()


ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
GOOD_KEY = f"v=DKIM1; k=ed25519; p={ED25519}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no key"),
        ("v=DKIM2; p=AAAA", "does not begin with v=DKIM1"),
        (f"k=ed25519; v=DKIM1; p={ED25519}", "does not begin with v=DKIM1"),
        ("v=DKIM1; p=", "was withdrawn"),
        ("v=DKIM1; p=AAA", "not base64"),
        ("v=DKIM1; p=AAAA", "cannot be read"),
        ("v=DKIM1; p=AAAA; p=BBBB", "“p=” twice"),
        ("v=DKIM1; k=ed25519; p=AAAA", "wrong length"),
        ("v=DKIM1; k=dsa; p=AAAA", "unknown kind of key"),
        (f"{GOOD_KEY}; s=tlsrpt", "does not let the key sign mail"),
        (f"{GOOD_KEY}; h=sha1", "does not allow SHA-256"),
    ],
)
def test_a_dkim_record_that_verifies_nothing(text: str, words: str) -> None:
    assert words in read_dkim(text).problem


def test_dkim_keys_by_their_size() -> None:
    good, old = read_dkim(f"v=DKIM1; k=rsa; p={rsa(2048)}"), read_dkim(f"p={rsa(1024)}; n=old")
    assert (good.bits, good.problem, good.advice) == (2048, "", "")
    assert (old.bits, old.problem) == (1024, "")
    assert "one of 2048 is expected" in old.advice
    assert "t=y" in read_dkim(f"{GOOD_KEY}; t=s:y").advice
    assert "another kind" in read_dkim(f"k=rsa; p={ed25519_spki()}").problem


def ed25519_spki() -> str:
    return base64.b64encode(bytes.fromhex("302a300506032b6570032100") + base64.b64decode(ED25519)).decode()


@pytest.mark.parametrize(
    ("text", "policy", "problem", "advice"),
    [
        ("v=DMARC1; p=reject; rua=mailto:d@a.org", "reject", "", ""),
        ("v=DMARC1; p=Quarantine", "quarantine", "", "no address for reports"),
        ("v=DMARC1; p=none; pct=50; rua=mailto:d@a.org", "none", "", "still has “pct=”"),
        ("v=DMARC1; rua=mailto:d@a.org", "none", "", "does not say what it asks for"),
        ("v=DMARC1", "none", "does not say what it asks for", "reports"),
        ("v=DMARC1; p=monitor", "none", "“p=monitor”, which is unknown", "reports"),
        ("v=DMARC1; p=none; p=reject", "none", "“p=” twice", ""),
    ],
)
def test_dmarc_policies(text: str, policy: str, problem: str, advice: str) -> None:
    record = read_dmarc("a.org", text)
    assert record.policy == policy
    assert problem in record.problem
    assert bool(problem) == bool(record.problem)
    assert advice in record.advice
    assert bool(advice) == bool(record.advice)


def dmarc(**records: str) -> Records:
    """`news__a__org="p=none"` is the record of news.a.org."""
    return {
        (f"_dmarc.{name.replace('__', '.')}", "TXT"): [f"v=DMARC1; {text}"] for name, text in records.items()
    }


@pytest.mark.parametrize(
    ("domain", "records", "organization", "policy"),
    [
        ("news.a.org", {}, "news.a.org", None),
        ("news.a.org", dmarc(a__org="p=reject; sp=none"), "a.org", "none"),
        ("a.org", dmarc(a__org="p=reject; sp=none"), "a.org", "reject"),
        ("news.a.org", dmarc(a__org="p=reject", news__a__org="p=none"), "a.org", "none"),
        ("news.a.org", dmarc(a__org="p=reject", news__a__org="p=none; psd=n"), "news.a.org", "none"),
        ("x.news.bank", dmarc(bank="p=reject; psd=y"), "news.bank", "reject"),
        ("x.news.bank", dmarc(bank="p=reject; psd=y", news__bank="p=none"), "news.bank", "none"),
    ],
)
def test_the_walk_up_the_tree(domain: str, records: Records, organization: str, policy: str | None) -> None:
    walk = walk_dmarc(domain, lookup_in(records))
    assert walk.organizational_domain == organization
    assert (walk.policy_record.policy_for(domain) if walk.policy_record else None) == policy


def test_the_walk_is_short() -> None:
    labels = "a.b.c.d.e.f.g.h.i.j.org"
    names = names_to_ask(labels)
    assert (len(names), names[:2], names[-1]) == (8, [labels, "e.f.g.h.i.j.org"], "org")
    assert names_to_ask("org") == ["org"]


@pytest.mark.parametrize(
    ("other", "strict", "aligned"),
    [
        ("news.a.org", True, True),
        ("a.org", False, True),
        ("bounces.a.org", False, True),  # a sibling, of the same organisation
        ("bounces.a.org", True, False),
        ("b.org", False, False),
        ("nota.org", False, False),
        ("other.a.org", False, False),  # says of itself that it is another organisation
        ("", False, False),
    ],
)
def test_alignment(other: str, strict: bool, aligned: bool) -> None:
    lookup = lookup_in(dmarc(a__org="p=none", other__a__org="p=none; psd=n"))
    assert is_aligned(walk_dmarc("news.a.org", lookup), other, lookup, strict=strict) is aligned


MAIL: Records = {("a.org", "MX"): ["20 b.org", "10 m.org"], ("m.org", "A"): ["192.0.2.1"]}


@pytest.mark.parametrize(
    ("records", "hosts", "problem"),
    [
        (MAIL, ("m.org", "b.org"), ""),
        ({("a.org", "AAAA"): ["2001:db8::1"]}, ("a.org",), ""),
        ({("a.org", "MX"): ["0 ."]}, (".",), "accepts no mail (null MX)"),
        ({("a.org", "MX"): ["10 m.org"]}, ("m.org",), "has an address in the DNS"),
        ({}, (), "has no mail server"),
    ],
)
def test_mail_servers(records: Records, hosts: tuple[str, ...], problem: str) -> None:
    servers = check_mail_servers("a.org", lookup_in(records))
    assert (servers.hosts, problem in servers.problem, bool(servers.problem)) == (hosts, True, bool(problem))


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["m.org"], ""),
        (["other.org", "m.org"], ""),
        (["other.org"], "which does not lead back to it"),
        ([], "has no reverse name (PTR)"),
    ],
)
def test_reverse_names_lead_back(names: list[str], problem: str) -> None:
    lookup = lookup_in({("m.org", "A"): ["192.0.2.1"], ("192.0.2.1", "PTR"): names})
    found = check_reverse_name("m.org", lookup)
    assert problem in found
    assert bool(found) == bool(problem)
    assert "has no address" in check_reverse_name("nobody.org", lookup)
