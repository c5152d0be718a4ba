"""What the list of a mail program shows of a message before it is opened, as three programs cut it.

No program promises a number: what fits depends on the window, the font and the letters. The widths here are
what people measured or advise, in columns (a Latin letter is one, a Chinese one or an emoji two):

- Gmail in a browser: subject 60 to 70 (wordcounternow.com/blog/email-marketing-character-limits.html), text
  after it 90 to 110 (mailneo.co/glossary/preview-text), all on one line.
- Apple Mail on an iPhone 14, upright: subject 48, text 99 on two lines, measured with a sentence that holds
  each letter (emailtooltester.com/en/blog/email-subject-lines-character-limit).
- Outlook on Windows: subject 50 to 60 (wordcounternow.com, as above), text near 55
  (cf-newsletrix.pages.dev/newsletter-preheader-optimizer).

Sender names: 20 to 25 columns on phones (campaign.name/tools/email-subject-line-tester); for the column of
Gmail and the pane of Outlook, the width that they have at first leaves room for about 20 and 30.
"""

import unicodedata
from dataclasses import dataclass

ELLIPSIS = "…"


@dataclass(frozen=True)
class MailList:
    """A program's list of messages; its widths are in columns. `one_line`: subject and text share a line."""

    key: str
    label: str
    sender: int
    subject: int
    preheader: int
    one_line: bool = False


@dataclass(frozen=True)
class ListLine:
    """What one program shows of a message."""

    mail_list: MailList
    sender: str
    subject: str
    preheader: str


MAIL_LISTS = (
    MailList("gmail", "Gmail in a browser", sender=20, subject=70, preheader=100, one_line=True),
    MailList("apple", "Apple Mail on an iPhone", sender=25, subject=48, preheader=99),
    MailList("outlook", "Outlook on Windows", sender=30, subject=55, preheader=55),
)


def list_lines(sender: str, subject: str, preheader: str) -> tuple[ListLine, ...]:
    """What each program shows of a message with these three."""
    return tuple(
        ListLine(
            each,
            cut(sender, each.sender),
            cut(subject, each.subject),
            cut(preheader, each.preheader),
        )
        for each in MAIL_LISTS
    )


def cut(text: str, columns: int) -> str:
    """`text` on one line, cut with an ellipsis if it is wider than `columns`; letters keep their accents."""
    text = " ".join(text.split())
    if sum(map(_width, text)) <= columns:
        return text
    taken = 0
    for at, character in enumerate(text):
        taken += _width(character)
        if taken > columns - 1:
            return _without_half_an_emoji(text[:at]).rstrip() + ELLIPSIS
    return text


def _width(character: str) -> int:
    """Columns of a character (UAX #11): two for wide ones, none for what is drawn on the one before."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _without_half_an_emoji(text: str) -> str:
    """`text` without a joiner at its end, which would wait for the other half."""
    return text.rstrip("\u200d")
