"""What a file says about consent is honoured: who left elsewhere is not subscribed here."""

from pathlib import Path

import pytest

from newsletter.subscribers.imports.read import Source, read_source
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.imports.row import Row


def outcomes(folder: Path, content: str, name: str = "people.csv") -> dict[str, str]:
    """By line: "active", the reason for leaving the row out, or "problem"."""
    path = folder / "file.csv"
    path.write_text(content)
    found = {}
    for row in read_source(Source(path, name)):
        if isinstance(row, RowProblem):
            found[str(row.line)] = "problem"
        else:
            found[row.address.email.partition("@")[0]] = row.left_out or "active"
    return found


OURS = "email,name,state,ended_reason,suppressed,language,created_at,confirmed_at,paused_until,ended_at\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            OURS + "a@x.example,,active,,,en,2026-01-01T00:00:00+00:00,2026-01-01T00:00:00+00:00,,\n"
            "b@x.example,,ended,unsubscribed,,en,2026-01-01T00:00:00+00:00,,,2026-02-01T00:00:00+00:00\n"
            "c@x.example,,active,,hard_bounce,en,2026-01-01T00:00:00+00:00,,,\n"
            "d@x.example,,pending,,,en,2026-01-01T00:00:00+00:00,,,\n"
            "e@x.example,,paused,,,en,2026-01-01T00:00:00+00:00,,2026-09-01T00:00:00+00:00,\n"
            "f@x.example,,ended,complained,complaint,en,2026-01-01T00:00:00+00:00,,,2026-02-01T00:00:00+00:00\n",
            {
                "a": "active",
                "b": "file_unsubscribed",
                "c": "file_bounced",
                "d": "file_pending",
                "e": "file_paused",
                "f": "file_complained",
            },
        ),
        # Ghost, Substack, Shopify: a yes or a no.
        (
            (
                "id,email,name,subscribed_to_emails,complimentary_plan\n"
                "1,a@x.example,,true,false\n2,b@x.example,,false,true\n"
            ),
            {"a": "active", "b": "file_not_subscribed"},
        ),
        (
            "email,active_subscription,email_disabled\na@x.example,false,false\nb@x.example,true,true\n",
            {"a": "active", "b": "file_suppressed"},
        ),
        (
            "Email,Accepts Email Marketing,State,Zip\na@x.example,yes,Texas,1\nb@x.example,no,Ohio,2\n",
            {"a": "active", "b": "file_not_subscribed"},
        ),
        # Mailchimp, MailerLite: moments.
        (
            (
                "Email Address,UNSUB_TIME,UNSUB_REASON,CLEAN_TIME\na@x.example,,,\n"
                "b@x.example,2026-01-05 10:00:00,NORMAL,\nc@x.example,,,2026-01-05 10:00:00\n"
            ),
            {"a": "active", "b": "file_unsubscribed", "c": "file_bounced"},
        ),
        (
            "Subscriber Email;Abgemeldet am\na@x.example;\nb@x.example;05.01.2026\n",
            {"a": "active", "b": "file_unsubscribed"},
        ),
        # Words for the state, in several languages; what nobody knows is named.
        (
            (
                "email,status\na@x.example,Subscribed\nb@x.example,cleaned\nc@x.example,Désabonné\n"
                "d@x.example,married\ne@x.example,\nf@x.example,Unconfirmed\n"
            ),
            {
                "a": "active",
                "b": "file_bounced",
                "c": "file_unsubscribed",
                "5": "problem",
                "6": "problem",
                "f": "file_pending",
            },
        ),
        # Brevo, Klaviyo, HubSpot.
        (
            "EMAIL,DOUBLE_OPT-IN,EMAIL_BLACKLISTED\na@x.example,1,0\nb@x.example,2,0\nc@x.example,1,1\n",
            {"a": "active", "b": "file_not_subscribed", "c": "file_suppressed"},
        ),
        (
            (
                "Email,Email Marketing Consent,Email Suppressions\na@x.example,SUBSCRIBED,[]\n"
                "b@x.example,NEVER_SUBSCRIBED,[]\nc@x.example,UNSUBSCRIBED,[]\n"
            ),
            {"a": "active", "b": "file_not_subscribed", "c": "file_unsubscribed"},
        ),
        (
            (
                "Email,Unsubscribed from all email,Unsubscribe link\n"
                "a@x.example,false,https://x.example/u\nb@x.example,true,https://x.example/u\n"
            ),
            {"a": "active", "b": "file_unsubscribed"},
        ),
        # A row that ends before its state.
        ("email,name,state\na@x.example,A\nb@x.example,B,active\n", {"2": "problem", "b": "active"}),
    ],
)
def test_only_who_is_subscribed_there_is_active_here(
    tmp_path: Path, content: str, expected: dict[str, str]
) -> None:
    assert outcomes(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("cleaned_segment_export_0a1b.csv", "file_bounced"),
        ("downloads/unsubscribed_email_audience_export_0a1b.csv", "file_unsubscribed"),
        ("nonsubscribed_members_export_1.csv", "file_not_subscribed"),
        ("subscribed_email_audience_export_0a1b.csv", "active"),
        ("cleaned list.csv", "active"),
    ],
)
def test_the_name_of_an_exported_file_counts(tmp_path: Path, name: str, left_out: str) -> None:
    assert outcomes(tmp_path, "Email Address\na@x.example\n", name) == {"a": left_out}


def test_somebody_who_left_in_one_row_is_left_out_by_all(tmp_path: Path) -> None:
    content = "email,unsubscribed_at\na@x.example,\nb@x.example,\nA@x.example,2026-03-03\n"
    path = tmp_path / "file.csv"
    path.write_text(content)
    first = next(iter(read_source(Source(path, "joined.csv"))))
    assert isinstance(first, Row)
    assert first.left_out == "file_unsubscribed"
