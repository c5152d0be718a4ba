"""Which delivery a report may be about: the return path, the Message-ID and the links of our message."""

import re

from newsletter.feedback.events import DeliveryClues
from newsletter.feedback.parsers.report import Report

# As `core.bounce_address` writes them; servers may change the case.
_BOUNCE_ADDRESS = re.compile(r"\bb\+[a-z2-7]{20,62}@[a-z0-9.-]{1,189}", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_URL = re.compile(r"<(https?://[^<>\s]{1,2000})>", re.IGNORECASE)
# Where servers write whom they delivered a report to.
_DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "Resent-To", "Cc")
_RETURN_PATH = ("Return-Path", "X-Envelope-From", "X-Original-Return-Path", "Errors-To", "Sender", "X-Sender")
MOST_ADDRESSES = 5


def find_clues(report: Report) -> DeliveryClues:
    """Everything that a report says of the delivery; what it was delivered to comes first."""
    texts = [report.delivered_to, *(report.header(name) for name in _DELIVERED_TO)]
    texts += [report.returned_header(name) for name in _RETURN_PATH]
    texts += [report.feedback, report.status[:4_000], report.notice[:4_000]]
    found = (match[0] for text in texts if "+" in text for match in _BOUNCE_ADDRESS.finditer(text))
    message_id = report.returned_header("Message-ID") or report.header("In-Reply-To")
    identifier = _MESSAGE_ID.search(message_id) or _MESSAGE_ID.search(report.header("References"))
    url = _URL.search(report.returned_header("List-Unsubscribe"))
    return DeliveryClues(
        tuple(dict.fromkeys(found))[:MOST_ADDRESSES],
        identifier[1] if identifier else "",
        url[1] if url else "",
        report.returned_header("Feedback-ID")[:200],
    )
