"""Compile: what cannot become a message is refused, field by field."""

import pytest

from newsletter.core.errors import Refused
from newsletter.rendering.compile import compile_message
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.slots import Slot, SlotTable

FACTS = MessageHeaders(from_email="news@example.org")
VALUES = {"email": "a@example.org", "date": "Fri, 01 Jan 2027 08:00:00 +0000", "message_id": "1@x.example"}


def compiled(
    html: str = "<html><head><style>p{color:red}</style></head><body><p>x</p></body></html>",
    text: str = "x",
    subject: str = "S",
    preheader: str = "",
    slots: SlotTable | None = None,
) -> CompiledMessage:
    return compile_message(html, text, subject, FACTS, slots or SlotTable(), preheader=preheader)


def test_css_is_inlined_once_and_parts_end_with_a_line_break() -> None:
    message = compiled(text="one\r\ntwo\rthree")
    assert '<p style="color:red">x</p>' in message.fill_html({})
    assert message.fill_html({}).endswith("</html>\n")
    assert message.fill_text({}) == "one\ntwo\nthree\n"


def test_a_message_without_slots_fills_too() -> None:
    assert b"\r\nSubject: S\r\n" in compiled(subject=" S ").fill(VALUES)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("html", "<html><body>\0</body></html>"),
        ("html", "<html><body>\ud800</body></html>"),
        ("html", "<p>no body</p>"),
        ("text", "a\0b"),
        ("text", "a\udfffb"),
        ("subject", "a\r\nBcc: b@c.example"),
        ("preheader", "a\nb"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_field(field: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        compiled(**{field: value})  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("field", ["html", "text", "subject", "preheader"])
@pytest.mark.parametrize("damage", [str.upper, lambda mark: mark[:-2], lambda mark: mark + mark[:14]])
def test_a_damaged_placeholder_is_told_not_mailed(field: str, damage: object) -> None:
    assert callable(damage)
    slots = SlotTable()
    damaged = damage(slots.placeholder(Slot("name")))
    content = f"<html><body>{damaged}</body></html>" if field == "html" else damaged
    with pytest.raises(Refused) as refused:
        compiled(**{field: content}, slots=slots)
    assert list(refused.value.fields) == [field]


def test_more_than_a_thousand_slots_are_kept_apart() -> None:
    slots = SlotTable()
    text = " ".join(slots.placeholder(Slot(f"f{number}")) for number in range(1100))
    values = {f"f{number}": str(number) for number in range(1100)}
    filled = compiled(text=text, slots=slots).fill_text(values)
    assert filled == " ".join(str(number) for number in range(1100)) + "\n"
