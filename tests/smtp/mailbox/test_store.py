"""The mailbox's folder: what is written is what is read, in order, and nothing outside can be reached."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import Missing
from newsletter.smtp.mailbox import clear, list_messages, read_message
from newsletter.smtp.mailbox.store import read_recipients, write_message

NOON = datetime(2026, 3, 6, 12, 0, 0, 123456, tzinfo=UTC)


def keep(
    folder: Path, raw: bytes = b"Subject: Hello\r\n\r\nText\r\n", minutes: int = 0, counter: int = 0
) -> str:
    now = NOON + timedelta(minutes=minutes)
    return write_message(folder, "a@example.org", ["b@example.org"], raw, now=now, counter=counter)


def test_a_message_is_read_as_it_was_written(tmp_path: Path) -> None:
    message_id = keep(tmp_path, b"Subject: x\r\n\r\n\xff\x00.\r\n")
    message = read_message(tmp_path, message_id)
    assert message.raw == b"Subject: x\r\n\r\n\xff\x00.\r\n"
    assert message.sender == "a@example.org"
    assert message.recipients == ("b@example.org",)
    assert message.received_at == NOON


def test_the_list_is_newest_first_and_goes_on_before_an_id(tmp_path: Path) -> None:
    ids = [keep(tmp_path, minutes=minutes) for minutes in (3, 1, 2)] + [keep(tmp_path, minutes=3, counter=1)]
    newest_first = sorted(ids, reverse=True)
    assert [summary.id for summary in list_messages(tmp_path)] == newest_first
    page = list_messages(tmp_path, limit=2)
    assert [summary.id for summary in page] == newest_first[:2]
    assert [summary.id for summary in list_messages(tmp_path, before=page[-1].id)] == newest_first[2:]


def test_the_list_shows_decoded_headers(tmp_path: Path) -> None:
    keep(tmp_path, b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Ana <ana@example.org>\r\n\r\n")
    (summary,) = list_messages(tmp_path)
    assert (summary.subject, summary.from_header) == ("Grüße", "Ana <ana@example.org>")


def test_an_unfinished_message_is_not_seen(tmp_path: Path) -> None:
    message_id = keep(tmp_path)
    (tmp_path / f"{message_id}.eml").rename(tmp_path / f"{message_id}.new")
    assert list_messages(tmp_path) == []
    with pytest.raises(Missing):
        read_message(tmp_path, message_id)


def test_clear_removes_messages_and_nothing_else(tmp_path: Path) -> None:
    keep(tmp_path)
    keep(tmp_path, counter=1)
    (tmp_path / "notes.eml").write_text("kept")
    assert clear(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.eml"]


def test_a_mailbox_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert list_messages(tmp_path / "no") == []
    assert clear(tmp_path / "no") == 0


@pytest.mark.parametrize(
    "message_id",
    ["", ".", "../secret", "..%2fsecret", "/etc/passwd", "20260306T120000123456-000000\n", "secret"],
)
def test_only_ids_are_read(tmp_path: Path, message_id: str) -> None:
    folder = tmp_path / "mailbox"
    keep(folder)
    for place in (tmp_path, folder):
        (place / "secret.eml").write_text("secret")
    with pytest.raises(Missing):
        read_message(folder, message_id)


@given(st.text(max_size=60))
def test_no_text_reads_anything_but_a_message(text: str) -> None:
    with TemporaryDirectory() as name, contextlib.suppress(Missing):
        read_message(Path(name), text)
        raise AssertionError


@given(st.binary(max_size=300), st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20))
def test_whatever_is_sent_can_be_listed_and_read(raw: bytes, recipients: list[str], sender: str) -> None:
    with TemporaryDirectory() as name:
        message_id = write_message(Path(name), sender, recipients, raw, now=NOON, counter=0)
        (summary,) = list_messages(Path(name))
        message = read_message(Path(name), message_id)
        assert message.raw == raw
        assert summary.size == len(raw)
        assert len(message.recipients) == len(recipients)


@pytest.mark.parametrize("value", ["<", ".:", "().>"])
def test_a_header_that_the_parser_chokes_on_is_shown_as_it_came(tmp_path: Path, value: str) -> None:
    write_message(tmp_path, "", [], f"From: {value}\r\n\r\n".encode(), now=NOON, counter=0)
    (summary,) = list_messages(tmp_path)
    assert summary.from_header == value


def test_a_message_of_unknown_origin_has_no_envelope(tmp_path: Path) -> None:
    message_id = write_message(tmp_path, "a@example.org", ["b@example.org"], b"", now=NOON, counter=0)
    (tmp_path / f"{message_id}.eml").write_bytes(b"Received: from elsewhere\r\nSubject: Hello\r\n\r\n")
    (summary,) = list_messages(tmp_path)
    assert (summary.sender, summary.recipients, summary.subject) == ("", (), "Hello")


def test_recipients_are_read_without_the_message(tmp_path: Path) -> None:
    people = ["b@example.org", "jörg@exämple.org"]
    message_id = write_message(tmp_path, "a@example.org", people, b"x" * 100, now=NOON, counter=0)
    assert list(read_recipients(tmp_path, message_id)) == people
    clear(tmp_path)
    assert read_recipients(tmp_path, message_id) == ()


def test_a_message_that_is_removed_while_the_list_is_read_is_left_out(tmp_path: Path) -> None:
    kept, gone = (write_message(tmp_path, "", [], b"", now=NOON, counter=counter) for counter in (0, 1))
    (tmp_path / f"{gone}.eml").unlink()
    (tmp_path / f"{gone}.eml").symlink_to("nowhere")
    assert [summary.id for summary in list_messages(tmp_path)] == [kept]


@given(
    st.sampled_from([b"Subject", b"From"]),
    st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=80),
)
def test_a_malformed_header_does_not_hide_the_mailbox(name: bytes, value: str) -> None:
    with TemporaryDirectory() as folder:
        raw = name + b": " + value.encode("utf-8", "surrogatepass") + b"\r\n\r\n"
        write_message(Path(folder), "", [], raw, now=NOON, counter=0)
        assert len(list_messages(Path(folder))) == 1
