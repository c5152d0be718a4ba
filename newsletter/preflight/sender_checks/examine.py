"""Examine what the DNS says about a sender's mail (RFC 7208, RFC 6376, RFC 9989).

DMARC passes when one of SPF and DKIM passes for a domain that is aligned with that of the From header. What a
relay adds by itself cannot be seen in the DNS: the self-test shows it.
"""

from collections.abc import Callable, Iterator

from newsletter.dns_records.ask import DnsSilent, Lookup
from newsletter.dns_records.dkim_record import read_dkim
from newsletter.dns_records.dmarc import DmarcRecord, DmarcWalk, is_aligned, walk_dmarc
from newsletter.dns_records.servers import check_mail_servers, check_reverse_name
from newsletter.dns_records.spf import MOST_LOOKUPS, check_spf
from newsletter.dns_records.tags import read_tags
from newsletter.dns_records.transport_security import find_mta_sts, find_tls_reports
from newsletter.preflight.sender_checks.identity import MailIdentity
from newsletter.preflight.sender_checks.report import DnsFinding, FindingKind, FindingState, SenderReport

GOOD, ADVICE, PROBLEM = FindingState.GOOD, FindingState.ADVICE, FindingState.PROBLEM


def examine_sender(identity: MailIdentity, lookup: Lookup) -> SenderReport:
    """Ask about every record. Never raises: what the DNS does not answer about is a finding that says so."""
    domain, envelope = identity.domain, identity.envelope
    parts: list[tuple[FindingKind, str, Callable[[], Iterator[DnsFinding]]]] = [
        (FindingKind.SPF, envelope, lambda: _spf(identity, lookup)),
        (FindingKind.DKIM, identity.signed or domain, lambda: _dkim(identity, lookup)),
        (FindingKind.DMARC, f"_dmarc.{domain}", lambda: _dmarc(identity, lookup)),
        (FindingKind.MX, domain, lambda: _mail_servers(identity, lookup)),
        (FindingKind.PTR, identity.host, lambda: _reverse_name(identity, lookup)),
        (FindingKind.MTA_STS, f"_mta-sts.{domain}", lambda: _mta_sts(domain, lookup)),
        (FindingKind.TLS_RPT, f"_smtp._tls.{domain}", lambda: _tls_reports(domain, lookup)),
    ]
    findings: list[DnsFinding] = []
    for kind, name, examine in parts:
        try:
            findings += examine()
        except DnsSilent as error:
            findings.append(DnsFinding(kind, FindingState.UNKNOWN, name, error.message))
    return SenderReport(domain, _zone(domain, lookup), tuple(findings))


def _spf(identity: MailIdentity, lookup: Lookup) -> Iterator[DnsFinding]:
    spf = check_spf(identity.envelope, lookup)
    wanted = [f"include:{name}" for name in identity.includes if name not in spf.followed]
    if identity.host and not spf.records:
        wanted.append(f"a:{identity.host}")
    if not spf.records:
        text = f"v=spf1 {' '.join(wanted or ['include:NAME-FROM-YOUR-RELAY'])} ~all"
        yield DnsFinding(FindingKind.SPF, PROBLEM, spf.domain, spf.problem, wanted=text)
    elif spf.problem:
        yield DnsFinding(FindingKind.SPF, PROBLEM, spf.domain, spf.problem, spf.records)
    elif wanted:
        head, *terms = spf.records[0].split()
        sentence = f"The SPF record of {spf.domain} does not name your relay ({' '.join(wanted)})."
        text = " ".join([head, *wanted, *terms])
        yield DnsFinding(FindingKind.SPF, ADVICE, spf.domain, sentence, spf.records, text)
    else:
        sentence = f"The SPF record of {spf.domain} is valid: {spf.lookups} of {MOST_LOOKUPS} lookups."
        yield DnsFinding(FindingKind.SPF, GOOD, spf.domain, sentence, spf.records)


def _dkim(identity: MailIdentity, lookup: Lookup) -> Iterator[DnsFinding]:
    for name, text in identity.keys:
        found = tuple(lookup(name))
        sentence = _key_problem(identity, name, text, found)
        state, wanted = (PROBLEM, text) if sentence else (GOOD, "")
        if not sentence:
            record = read_dkim(found[0])
            state = ADVICE if record.advice else GOOD
            sentence = f"The record {name} {record.advice or 'has the key that we sign with'}."
        yield DnsFinding(FindingKind.DKIM, state, name, sentence, found, wanted)
    if not identity.keys:
        sentence = f"We do not sign mail of {identity.domain}: the relay has to, or create a key here."
        yield DnsFinding(FindingKind.DKIM, ADVICE, identity.domain, sentence)


def _key_problem(identity: MailIdentity, name: str, text: str, found: tuple[str, ...]) -> str:
    forged = "receivers take it for forged"
    if not found:
        return f"Mail of {identity.domain} is signed, but the DNS does not have the key, {name}: {forged}."
    if len(found) > 1:
        return f"The DNS has {len(found)} records at {name}, of which receivers may take any: keep one."
    record = read_dkim(found[0])
    if record.problem:
        return f"The record {name} {record.problem}: what is signed by it is not verified."
    if _public_key(found[0]) != _public_key(text):
        return f"Mail of {identity.domain} is signed by another key than the DNS has at {name}: {forged}."
    return ""


def _public_key(record: str) -> str:
    return "".join(read_tags(record)["p"].split())


def _dmarc(identity: MailIdentity, lookup: Lookup) -> Iterator[DnsFinding]:
    domain, name = identity.domain, f"_dmarc.{identity.domain}"
    walk = walk_dmarc(domain, lookup)
    record = walk.policy_record
    if walk.copies > 1:
        sentence = f"{domain} has {walk.copies} DMARC records, so none of them counts: keep one."
        yield DnsFinding(FindingKind.DMARC, PROBLEM, name, sentence)
    elif record is None:
        sentence = (
            f"The domain {domain} has no DMARC record ({name}), which Gmail and Yahoo require of "
            "bulk senders."
        )
        text = f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
        yield DnsFinding(FindingKind.DMARC, PROBLEM, name, sentence, wanted=text)
    else:
        name = f"_dmarc.{record.domain}"
        remark = record.problem or record.advice
        state = PROBLEM if record.problem else ADVICE if remark else GOOD
        sentence = f"The DMARC record of {record.domain} " + (
            f"{remark}." if remark else f"is valid and asks for p={record.policy_for(domain)}."
        )
        yield DnsFinding(FindingKind.DMARC, state, name, sentence, (record.text,))
        if not record.problem:
            yield _alignment(identity, walk, record, lookup)


def _alignment(identity: MailIdentity, walk: DmarcWalk, record: DmarcRecord, lookup: Lookup) -> DnsFinding:
    domain = identity.domain
    by_spf = is_aligned(walk, identity.envelope, lookup, strict=record.is_strict_spf)
    by_dkim = is_aligned(walk, identity.signed, lookup, strict=record.is_strict_dkim)
    policy = record.policy_for(domain)
    if by_dkim:
        sentence = f"The signature ({identity.signed}) is aligned with {domain}"
        sentence += f", and so is the return path ({identity.envelope})." if by_spf else "."
        return DnsFinding(FindingKind.ALIGNMENT, GOOD, domain, sentence)
    if identity.signed:
        sentence = (
            f"Mail of {domain} is signed as {identity.signed}, but its DMARC record requires the "
            "very same domain: create a key for it, or remove “adkim=s”."
        )
    elif not by_spf:
        sentence = (
            f"Neither the return path ({identity.envelope}) nor a signature of ours is of {domain}, so DMARC"
            " fails unless the relay signs: create a DKIM key."
        )
    elif policy != "none":
        sentence = (
            f"Mail of {domain} is not signed by us, but its DMARC record asks receivers to"
            f" {'refuse' if policy == 'reject' else 'quarantine'} what fails: create a key, or let the relay"
            " sign."
        )
    else:
        sentence = f"The return path ({identity.envelope}) is aligned with {domain}; we do not sign."
        return DnsFinding(FindingKind.ALIGNMENT, ADVICE, domain, sentence)
    return DnsFinding(FindingKind.ALIGNMENT, PROBLEM, domain, sentence)


def _mail_servers(identity: MailIdentity, lookup: Lookup) -> Iterator[DnsFinding]:
    for domain in dict.fromkeys((identity.domain, identity.envelope)):
        servers = check_mail_servers(domain, lookup)
        sentence = servers.problem or f"Mail for {domain} is taken by {', '.join(servers.hosts[:3])}."
        yield DnsFinding(
            FindingKind.MX, PROBLEM if servers.problem else GOOD, domain, sentence, servers.hosts
        )


def _reverse_name(identity: MailIdentity, lookup: Lookup) -> Iterator[DnsFinding]:
    if identity.host:
        problem = check_reverse_name(identity.host, lookup)
        sentence = problem or f"The addresses of {identity.host} have names that lead back to them."
        yield DnsFinding(FindingKind.PTR, PROBLEM if problem else GOOD, identity.host, sentence)


def _mta_sts(domain: str, lookup: Lookup) -> Iterator[DnsFinding]:
    found = tuple(find_mta_sts(domain, lookup))
    sentence = f"{domain} {'asks' if found else 'does not ask'} those who write to it for TLS (MTA-STS)."
    yield DnsFinding(FindingKind.MTA_STS, FindingState.INFORMATION, f"_mta-sts.{domain}", sentence, found)


def _tls_reports(domain: str, lookup: Lookup) -> Iterator[DnsFinding]:
    found = tuple(find_tls_reports(domain, lookup))
    sentence = f"{domain} {'asks' if found else 'does not ask'} for reports about TLS (TLS-RPT)."
    yield DnsFinding(FindingKind.TLS_RPT, FindingState.INFORMATION, f"_smtp._tls.{domain}", sentence, found)


def _zone(domain: str, lookup: Lookup) -> str:
    """The zone that holds the records of `domain`: the nearest name with a SOA record, else the domain."""
    labels = domain.split(".")
    try:
        for start in range(len(labels) - 1):
            name = ".".join(labels[start:])
            if lookup(name, "SOA"):
                return name
    except DnsSilent:
        pass
    return domain
