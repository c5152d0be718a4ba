"""Mail that comes in by IMAP: a mailbox of ours at a provider, for the same takers.

Each message is marked as seen, taken and committed, and then moved. Whatever dies in between leaves it where
it was, and taking it again changes nothing (`receive`). What is not for us, or cannot be read, is moved
aside.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from email.utils import getaddresses, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from newsletter.core import clock
from newsletter.core.errors import OperatorMustAct, Retryable
from newsletter.core.host_names import host_name, is_loopback
from newsletter.core.mail_headers import raw_header
from newsletter.incoming.receive import KNOWN, TAKEN, UNKNOWN, Receiver
from newsletter.incoming.self_test import take_results
from newsletter.incoming.taker import SIZE_LIMIT, IncomingMessage
from newsletter.sending import failpoints

TIMEOUT_SECONDS = 10.0  # for an answer of the server
TURN_SECONDS = 20.0  # after which the rest is left to the next turn
MOST_RECIPIENTS = 20  # addresses in the headers of a message that are looked at
# Where servers write whom they delivered to, then where people do.
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "To", "Cc")
TAKEN_FOLDER, REFUSED_FOLDER = "Taken", "Refused"
IMAP_TROUBLE = (ImapToolsError, imaplib.IMAP4.error, OSError)


@dataclass(frozen=True)
class ImapAccount:
    """Where the mailbox is. `encrypted`: TLS from the beginning; else by STARTTLS, and on loopback none.

    `authserv_id`: how the server calls itself in `Authentication-Results` (RFC 8601 §2.5); empty: its
    results are not read.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str
    encrypted: bool
    authserv_id: str = ""


@dataclass
class Polled:
    """How many messages were taken, moved aside, and left for later."""

    taken: int = 0
    refused: int = 0
    later: int = 0


def read_imap_url(url: str) -> ImapAccount:
    """The account in `imaps://user:password@host:993/FOLDER?authserv-id=mx.google.com`.

    `OperatorMustAct` for what is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = host_name(parts.hostname or "")
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    if parts.scheme not in {"imap", "imaps"} or not host or not parts.username or parts.password is None:
        raise OperatorMustAct(
            "imap_url", "IMAP_URL is not an IMAP account: write imaps://user:password@host/INBOX."
        )
    encrypted = parts.scheme == "imaps"
    return ImapAccount(
        host,
        port or (993 if encrypted else 143),
        unquote(parts.username),
        unquote(parts.password),
        unquote(parts.path.strip("/")) or "INBOX",
        encrypted,
        parse_qs(parts.query).get("authserv-id", [""])[0].strip(),
    )


def poll(account: ImapAccount, receiver: Receiver) -> Polled:
    """Take what is in the mailbox, for some seconds. `Retryable` says what was wrong with the server."""
    polled = Polled()
    until = clock.monotonic() + TURN_SECONDS
    try:
        with _open(account) as mailbox:
            folders = {
                name: _folder(mailbox, account.folder, name) for name in (TAKEN_FOLDER, REFUSED_FOLDER)
            }
            for uid in mailbox.uids():
                if clock.monotonic() > until:
                    break
                reply = _self_test(mailbox, uid, receiver, account.authserv_id)
                if reply == UNKNOWN:
                    _take(mailbox, uid, receiver, folders, polled)
                elif reply == TAKEN:
                    polled.taken += 1
                    mailbox.move(uid, folders[TAKEN_FOLDER])
                else:
                    polled.later += 1
    except IMAP_TROUBLE as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise Retryable("imap", f"The mailbox of IMAP_URL cannot be read: {reason}") from error
    return polled


@contextmanager
def _open(account: ImapAccount) -> Iterator[BaseMailBox]:
    """The mailbox, signed in, with its folder chosen."""
    place = {"host": account.host, "port": account.port, "timeout": TIMEOUT_SECONDS}
    mailbox: BaseMailBox
    if account.encrypted:
        mailbox = MailBox(**place, ssl_context=ssl.create_default_context())
    elif is_loopback(account.host):
        mailbox = MailBoxUnencrypted(**place)
    else:
        mailbox = MailBoxStartTls(**place, ssl_context=ssl.create_default_context())
    try:
        is_ascii = (account.username + account.password).isascii()
        login = mailbox.login if is_ascii else mailbox.login_utf8
        login(account.username, account.password, account.folder)
        yield mailbox
        with suppress(*IMAP_TROUBLE):
            mailbox.logout()
    finally:
        with suppress(*IMAP_TROUBLE):
            mailbox.client.shutdown()


def _folder(mailbox: BaseMailBox, inside: str, name: str) -> str:
    """The folder called `name` within `inside`, made where there is none, or beside it if it has to be."""
    listed = mailbox.folder.list("", inside)
    within = f"{inside}{listed[0].delim or '/'}{name}" if listed else name
    for wanted in (within, name):
        if mailbox.folder.exists(wanted):
            return wanted
    try:
        mailbox.folder.create(within)
    except ImapToolsError:
        mailbox.folder.create(name)
        return name
    return within


def _take(
    mailbox: BaseMailBox, uid: str, receiver: Receiver, folders: dict[str, str], polled: Polled
) -> None:
    """Take one message for each of its recipients that is known here, and move it."""
    for head in mailbox.fetch(
        uid_list=uid, headers_only=True, mark_seen=False
    ):  # none: somebody has moved it
        replies = [receiver.check_address(address) for address in _recipients(head.obj)]
        known = [a for a, reply in zip(_recipients(head.obj), replies, strict=True) if reply == KNOWN]
        if any(reply not in {KNOWN, UNKNOWN} for reply in replies):
            polled.later += 1
        elif not known or head.size_rfc822 > SIZE_LIMIT:
            polled.refused += 1
            mailbox.move(uid, folders[REFUSED_FOLDER])
        else:
            mailbox.flag(uid, MailMessageFlags.SEEN, value=True)
            if failpoints.armed:
                failpoints.reach("mailbox.seen")
            message = IncomingMessage(_sender(head.obj), _raw(mailbox, uid))
            if failpoints.armed:
                failpoints.reach("mailbox.fetched")
            outcomes = {receiver.receive(address, message)[:1] for address in known}
            if failpoints.armed:
                failpoints.reach("mailbox.taken")
            if "4" in outcomes:
                polled.later += 1
            elif "2" in outcomes:
                polled.taken += 1
                mailbox.move(uid, folders[TAKEN_FOLDER])
                if failpoints.armed:
                    failpoints.reach("mailbox.moved")
            else:
                polled.refused += 1
                mailbox.move(uid, folders[REFUSED_FOLDER])


def _self_test(mailbox: BaseMailBox, uid: str, receiver: Receiver, authserv_id: str) -> str:
    """The reply of `take_results`; unknown where the server's results are not read."""
    heads = mailbox.fetch(uid_list=uid, headers_only=True, mark_seen=False) if authserv_id else ()
    return next((take_results(receiver, head.obj, authserv_id) for head in heads), UNKNOWN)


def _recipients(headers: Message) -> list[str]:
    """The addresses that a message may have been delivered for, each once."""
    texts = [raw_header(headers, name) for name in RECIPIENT_HEADERS]
    found = (address for _name, address in getaddresses([text for text in texts if text]) if address)
    return list(dict.fromkeys(found))[:MOST_RECIPIENTS]


def _sender(headers: Message) -> str:
    """The envelope's sender as the server noted it; empty for the null sender."""
    path = raw_header(headers, "Return-Path")
    return parseaddr(path or raw_header(headers, "From"))[1]


def _raw(mailbox: BaseMailBox, uid: str) -> bytes:
    _status, data = mailbox.client.uid("FETCH", uid, "(BODY.PEEK[])")
    parts = [part[1] for part in data if isinstance(part, tuple)]
    if not parts:
        message = "the message is gone"
        raise imaplib.IMAP4.error(message)
    return bytes(parts[0])
