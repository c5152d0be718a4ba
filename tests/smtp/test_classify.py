"""Every row of the table, and what real servers say."""

import pytest

from newsletter.smtp.classify import TABLE, Phase, Row, classify
from newsletter.smtp.reply import parse_reply
from newsletter.smtp.verdict import HARD, SENT, Outcome, Reason, Verdict

GO_ON = None

# phases, reply, outcome(reason), with "!" when the session is over; the phases share a row
CASES = [
    # good replies
    ("mail rcpt reset", "250 2.1.0 OK", None),
    ("rcpt", "251 User not local; will forward", None),
    ("rcpt", "252 Cannot verify", None),
    ("data", "354 Go ahead", None),
    ("body bdat", "250 2.0.0 Queued", "sent"),
    # replies that make no sense
    ("mail rcpt", "354 Go ahead", "pause(protocol)!"),
    ("data", "250 OK", "pause(protocol)!"),
    ("body bdat", "354 Go ahead", "unanswered(protocol)!"),
    # goodbye
    ("mail rcpt data body bdat reset", "421 4.3.2 Shutting down", "retry(busy)!"),
    ("mail rcpt data body bdat reset", "421 Too many concurrent sessions", "retry(busy)!"),
    ("mail rcpt data body bdat", "421 4.7.0 Try again later", "retry(throttled)!"),
    ("reset", "451 4.0.0 No", "pause(busy)!"),
    ("reset", "554 Too many nonmail commands", "pause(busy)!"),
    ("mail", "452 4.5.3 Too many recipients: Too many messages sent", "pause(busy)!"),
    # credentials
    ("mail rcpt data body bdat", "530 5.7.0 Must issue a STARTTLS command first", "pause(auth_required)"),
    ("mail rcpt data body bdat", "530 Authentication required", "pause(auth_required)"),
    ("mail rcpt data body bdat", "535 5.7.8 Bad credentials", "pause(auth_required)"),
    ("mail rcpt", "550 5.7.8 Credentials needed", "pause(auth_required)"),
    ("mail", "534 5.7.9 Mechanism too weak", "pause(auth_required)"),
    # the sender's account, in any words
    ("rcpt body bdat", "550 5.1.90 You have reached your daily limit", "pause(throttled)"),
    ("rcpt body", "550 Domain news.example has exceeded the max emails per hour (200/200) allowed",
     "pause(throttled)"),
    ("rcpt", "552 5.2.2 Account editor has reached its 24 hour sending limit", "pause(throttled)"),
    ("body", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", "pause(throttled)"),
    ("body", "550 5.7.1 You are out of sending credits", "pause(throttled)"),
    ("rcpt", "550 5.4.6 Unusual sending activity detected", "pause(throttled)"),
    ("rcpt body", "554 Outgoing mail quota used up, try tomorrow", "pause(throttled)"),
    ("rcpt", "550 Too many messages sent by you per day", "pause(throttled)"),
    ("body", "554 5.2.252 SendAsDenied; editor not allowed to send as news", "pause(sender_refused)"),
    ("body", "554 5.2.0 SendAsDenied", "pause(sender_refused)"),
    ("rcpt", "552 5.2.2 This mailbox receives more mail than its daily limit", "rejected(mailbox_full)"),
    # MAIL
    ("mail", "451 4.7.1 Slow down", "pause(throttled)"),
    ("mail", "452 4.3.1 Insufficient system storage", "pause(busy)"),
    ("mail", "450 Not now", "pause(busy)"),
    ("mail", "552 5.3.4 Message size exceeds fixed limit", "pause(too_big)"),
    ("mail", "550 5.2.3 Too long", "pause(too_big)"),
    ("mail", "501 5.5.4 Bad parameter", "pause(protocol)"),
    ("mail", "503 Bad sequence", "pause(protocol)"),
    ("mail", "555 5.5.4 Unsupported parameter", "pause(protocol)"),
    ("mail", "554 5.3.2 System not accepting", "pause(system)"),
    ("mail", "550 5.7.1 Sender rejected", "pause(sender_refused)"),
    ("mail", "501 5.1.7 Bad sender address syntax", "pause(sender_refused)"),
    ("mail", "553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)", "pause(sender_refused)"),
    # too many recipients is temporary, whatever its digit
    ("rcpt", "552 5.5.3 Too many recipients", "retry(later)"),
    ("rcpt", "452 4.5.3 Too many recipients", "retry(later)"),
    ("rcpt", "552 Too many recipients", "retry(later)"),
    # 4xx
    ("rcpt data body bdat", "452 4.2.2 Mailbox full", "retry(mailbox_full)"),
    ("rcpt", "450 4.1.8 Sender address rejected: Domain not found", "retry(sender_refused)"),
    ("rcpt body", "451 4.7.1 Greylisted, come back later", "retry(greylisted)"),
    ("rcpt", "450 4.2.0 Greylisting in action", "retry(greylisted)"),
    ("rcpt body", "450 4.7.28 Our system has detected an unusual rate", "retry(throttled)"),
    ("body", "454 Throttling failure: Maximum sending rate exceeded.", "retry(throttled)"),
    ("rcpt body", "451 4.3.0 Mail server temporarily rejected message", "retry(busy)"),
    ("rcpt body", "452 Insufficient system storage", "retry(busy)"),
    ("rcpt data body bdat", "450 4.1.1 Unverified address", "retry(later)"),
    ("rcpt data body bdat", "451 Requested action aborted: local error", "retry(later)"),
    # 5xx, the address
    ("rcpt data body bdat", "550 5.1.1 The email account that you tried to reach does not exist.",
     "rejected(no_such_user)"),
    ("rcpt", "550 5.1.1 User unknown in relay recipient table", "rejected(no_such_user)"),
    ("rcpt body", "550 5.1.2 Bad destination system address", "rejected(no_such_domain)"),
    ("rcpt", "556 5.1.10 Recipient address has null MX", "rejected(no_such_domain)"),
    ("rcpt", "501 5.1.3 Bad recipient address syntax", "rejected(bad_address)"),
    ("rcpt", "551 5.1.6 Moved", "rejected(moved)"),
    ("rcpt data body", "550 5.1.8 Sender address rejected: Domain not found", "pause(sender_refused)"),
    ("rcpt", "550 5.1.7 Bad sender", "pause(sender_refused)"),
    ("rcpt", "550 5.1.0 Address rejected", "rejected(refused)"),
    # the mailbox
    ("rcpt body", "550 5.2.1 The account is disabled", "rejected(disabled)"),
    ("rcpt body", "552 5.2.2 The account is over quota", "rejected(mailbox_full)"),
    ("rcpt body", "552 5.2.3 Message too long for this recipient", "rejected(too_big)"),
    ("body bdat", "552 5.3.4 Message size exceeds fixed limit", "rejected(too_big)"),
    ("rcpt", "550 5.2.4 Mailing list expansion problem", "rejected(refused)"),
    # route, content, international
    ("rcpt", "550 5.4.1 Recipient address rejected: Access denied", "rejected(unroutable)"),
    ("rcpt body", "550 5.4.5 Daily user sending quota exceeded", "pause(throttled)"),
    ("rcpt", "550 5.6.7 Non-ASCII addresses not permitted", "rejected(needs_smtputf8)"),
    ("body", "554 5.6.0 Message content rejected", "rejected(content)"),
    # policy
    ("rcpt data", "554 5.7.1 Relay access denied", "pause(relay_denied)"),
    ("rcpt", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "pause(relay_denied)"),
    ("rcpt", "553 5.7.1 Sender address rejected: not owned by user", "pause(sender_refused)"),
    ("rcpt data", "550 5.7.1 Blocked", "pause(policy)"),
    ("rcpt", "550 5.7.26 Unauthenticated email is not accepted", "pause(policy)"),
    ("body", "550 5.7.26 Unauthenticated email is not accepted", "pause(sender_refused)"),
    ("body", "554 5.7.1 Sending paused for this account", "pause(sender_refused)"),
    ("body", "554 Message rejected: Email address is not verified.", "pause(sender_refused)"),
    ("body bdat", "550 5.7.1 Message contains spam", "rejected(policy)"),
    # system and syntax
    ("rcpt data body", "554 5.3.2 System not accepting network messages", "pause(system)"),
    ("rcpt", "501 5.5.4 Invalid address", "rejected(bad_address)"),
    ("rcpt", "501 <x>: missing or malformed local part", "rejected(bad_address)"),
    ("rcpt data body bdat", "503 5.5.1 Bad sequence", "pause(protocol)"),
    ("rcpt", "500 5.5.2 Error", "pause(protocol)"),
    ("rcpt", "550 5.5.1 Protocol error", "pause(protocol)"),
    # no usable enhanced code
    ("rcpt", "550 relay not permitted", "pause(relay_denied)"),
    ("rcpt", "553 sorry, that domain isn't in my list of allowed rcpthosts", "pause(relay_denied)"),
    ("rcpt", "550 Sender unauthorized", "pause(sender_refused)"),
    ("rcpt body", "550 No such user here", "rejected(no_such_user)"),
    ("rcpt", "550 5.5.0 Unknown user", "rejected(no_such_user)"),
    ("rcpt", "550 2.1.5 Unknown user", "rejected(no_such_user)"),
    ("rcpt", "550 Account is disabled", "rejected(disabled)"),
    ("rcpt body", "550 Mailbox is full", "rejected(mailbox_full)"),
    ("rcpt", "556 Domain does not accept mail", "rejected(no_such_domain)"),
    ("rcpt", "552 Exceeded", "rejected(mailbox_full)"),
    ("rcpt", "521 Host does not accept mail", "pause(system)"),
    ("rcpt", "550 You are listed at dnsbl.example", "pause(policy)"),
    ("data", "554 No", "pause(refused)"),
    ("body", "552 Exceeded", "rejected(too_big)"),
    ("body", "554 Rejected as spam", "rejected(policy)"),
    ("rcpt body bdat", "550 5.5.0 Requested action not taken: mailbox unavailable", "rejected(refused)"),
    ("rcpt body", "554 Transaction failed", "rejected(refused)"),
    ("rcpt", "599 5.9.9 What", "rejected(refused)"),
]  # fmt: skip
FLAT = [(Phase(phase), text, want) for phases, text, want in CASES for phase in phases.split()]


def reply_of(text):
    return parse_reply([text.encode()])


@pytest.mark.parametrize(("phase", "text", "want"), FLAT)
def test_a_reply_in_its_phase(phase, text, want):
    verdict = classify(phase, reply_of(text))
    if want is None or verdict is None:
        assert verdict is None
        assert want is None
        return
    told = str(verdict.outcome) + (f"({verdict.reason})" if verdict.reason else "") + "!" * verdict.ends
    assert told == want


def _row_of(phase: Phase, text: str) -> Row | None:
    reply = reply_of(text)
    return next((row for row in TABLE if row.fits(phase, reply)), None)


def test_every_row_decides_something():
    used = {id(_row_of(phase, text)) for phase, text, want in FLAT if want not in {None, "sent"}}
    assert [row for row in TABLE if id(row) not in used] == []


def test_every_refusal_has_a_verdict_in_every_phase():
    for phase in Phase:
        for code in range(400, 600):
            verdict = classify(phase, reply_of(f"{code} No"))
            assert verdict is not None
            assert verdict.outcome in {Outcome.REJECTED, Outcome.RETRY, Outcome.PAUSE}
            assert code >= 500 or verdict.outcome is not Outcome.REJECTED


def test_a_refusal_never_counts_as_sent_and_4xx_never_as_rejected():
    for phase in Phase:
        for code in (400, 421, 450, 451, 452, 454, 499):
            for detail in range(12):
                for subject in range(8):
                    verdict = classify(
                        phase, reply_of(f"{code} 4.{subject}.{detail} No such user, relaying denied")
                    )
                    assert verdict is not None
                    assert verdict.outcome in {Outcome.RETRY, Outcome.PAUSE}


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("550 5.1.1 x", True),
        ("550 5.1.2 x", True),
        ("550 5.1.3 x", True),
        ("550 5.1.6 x", True),
        ("550 5.1.10 x", True),
        ("550 5.2.1 x", True),
        ("550 5.2.2 x", False),
        ("550 x", False),
        ("553 x", False),
        ("550 5.4.1 x", False),
    ],
)
def test_what_may_be_suppressed(text, hard):
    verdict = classify(Phase.RCPT, reply_of(text))
    assert verdict is not None
    assert verdict.hard is hard


def test_policy_is_never_hard():
    assert Reason.POLICY not in HARD
    assert not Verdict(Outcome.REJECTED, Reason.POLICY).hard
    assert not Verdict(Outcome.RETRY, Reason.NO_SUCH_USER).hard
    assert not SENT.hard
