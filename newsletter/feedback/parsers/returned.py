"""Where in a text the returned message begins."""

import re

_MARK = re.compile(
    r"^[ \t>*-]{0,40}(?:this is a copy of (?:the|your) message|below this line is a copy|included"
    r" is a copy of"
    r"|original message (?:follows|headers?|header)|(?:the )?(?:header|text|body) (?:lines )?of (?:the"
    r"|your) (?:original )?message"
    r"|unsent message (?:follows|below)|returned message follows|message (?:header|text) follows|your"
    r" (?:original )?message (?:follows|reads)"
    r"|copy of (?:your|the) (?:original )?message|original message(?! details)|original e-?mail"
    r"|urspr(?:ü|ue)ngliche"
    r" nachricht|mensaje original|message original"
    r"|messaggio originale|mensagem original|оригинальное (?:письмо|сообщение)|исходное сообщение|原始邮件"
    r"|原邮件|オリジナルメッセージ"
    r"|begin(?:ning)? of (?:returned|original) message|returned (?:mail|message) (?:header|follows))\b.*$",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(r"^(?:> ?)?[ \t]{0,8}([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*\S", re.MULTILINE)
# Headers that notices do not write themselves when they speak of a message.
_TECHNICAL = frozenset(
    {
        "received",
        "return-path",
        "mime-version",
        "dkim-signature",
        "x-mailer",
        "content-type",
        "list-unsubscribe",
    }
)
_KNOWN = _TECHNICAL | {
    "message-id",
    "from",
    "to",
    "subject",
    "date",
    "reply-to",
    "sender",
    "cc",
    "content-transfer-encoding",
}
NEAR = 12  # lines in which the headers of a message stand together


def split_returned(text: str) -> tuple[str, str]:
    """What `text` says, and the message that it returns, from its first header on; empty without one."""
    lines = text.split("\n")
    start = _first_header(lines)
    if start is None:
        return _until_mark(text), ""
    notice = "\n".join(lines[:start])
    returned = "\n".join(_unquoted(line) for line in lines[start:])
    return _until_mark(notice), returned


def _until_mark(text: str) -> str:
    """`text` up to where it says that the message follows, if anything stands before."""
    found = _MARK.search(text)
    return text[: found.start()] if found and text[: found.start()].strip() else text


def _first_header(lines: list[str]) -> int | None:
    """The line with which headers begin: three known ones close together, one of them technical."""
    fields = [(number, name) for number, line in enumerate(lines) if (name := _field_name(line))]
    for index, (number, _name) in enumerate(fields):
        near = {name for other, name in fields[index : index + NEAR] if other - number <= NEAR}
        if len(near) >= 3 and near & _TECHNICAL and fields[index][1] in _KNOWN:
            return number
    return None


def _field_name(line: str) -> str:
    found = _FIELD.match(line)
    name = found[1].lower() if found else ""
    return name if name in _KNOWN or name.startswith(("x-", "list-")) else ""


def _unquoted(line: str) -> str:
    if line.startswith("> "):
        return line[2:]
    # Headers that were indented as a whole; the lines that go on are, too.
    return line.lstrip() if _FIELD.match(line) else line
