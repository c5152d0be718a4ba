"""Whom a notice is about: what its headers and its text name, else what flufl.bounce finds."""

from flufl.bounce import scan_message

from newsletter.feedback.parsers.addresses import find_addresses
from newsletter.feedback.parsers.report import Report

MOST_NAMED = 3  # addresses in a text, of which more say nothing


def find_failed(report: Report) -> list[str]:
    """The addresses that were not delivered to; empty where that cannot be told."""
    named = report.addresses("X-Failed-Recipients")
    if named:
        return named
    written_to = report.returned_addresses("To", "X-Original-To", "Delivered-To")
    in_text = find_addresses(report.notice)
    if not in_text:
        return written_to[:1]
    both = [address for address in in_text if address.lower() in {each.lower() for each in written_to}]
    if both:
        return both
    ours = {each.lower() for each in report.addresses("From", "To", "Sender", "Reply-To")}
    ours |= {each.lower() for each in report.returned_addresses("From", "Sender", "Return-Path")}
    others = [each for each in in_text if each.lower() not in ours and not _is_role(each)]
    if len(others) == 1:
        return others
    return _scan(report) or others[: 1 if len(others) <= MOST_NAMED else 0] or written_to[:1]


def _scan(report: Report) -> list[str]:
    """flufl.bounce knows the forms of many makes. What it says of permanence is not used."""
    if not report.addresses("From"):  # one of its detectors logs an error then
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
