"""Whom a notice is about: what its headers and its text name, else what flufl.bounce finds."""

from flufl.bounce import scan_message

from newsletter.feedback.parsers.addresses import addresses_in, find_addresses
from newsletter.feedback.parsers.report import Report

MOST_NAMED = 3  # addresses in a text, of which more say nothing


def find_failed(report: Report) -> list[str]:
    """The addresses that were not delivered to; empty where that cannot be told."""
    named = addresses_in(report.headers, "X-Failed-Recipients")
    if named:
        return named
    written_to = addresses_in(report.returned, "To", "X-Original-To", "Delivered-To")
    in_text = find_addresses(report.notice)
    both = [address for address in in_text if address.lower() in {each.lower() for each in written_to}]
    if both:
        return both
    scanned = _scan(report)
    if scanned:
        return scanned
    ours = {each.lower() for each in addresses_in(report.headers, "From", "To", "Sender", "Reply-To")}
    ours |= {each.lower() for each in addresses_in(report.returned, "From", "Sender", "Return-Path")}
    others = [each for each in in_text if each.lower() not in ours and not _is_role(each)]
    if others and len(others) <= MOST_NAMED:
        return others[:1]
    return written_to[:1]


def _scan(report: Report) -> list[str]:
    """flufl.bounce knows the forms of many makes. What it says of permanence is not used."""
    if not addresses_in(report.headers, "From"):  # one of its detectors logs an error then
        return []
    try:
        found = scan_message(report.headers)
    except Exception:
        return []
    return sorted(address.decode("utf-8", "replace") for address in found if b"@" in address)[:100]


def _is_role(address: str) -> bool:
    return address.lower().startswith(
        ("postmaster@", "mailer-daemon@", "abuse@", "support@", "helpdesk@", "admin@")
    )
