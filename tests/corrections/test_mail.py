"""A correction mail goes to exactly those who got the issue, by the ledger like any mailing."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Refused
from newsletter.core.links import Links
from newsletter.corrections.correct_page import correct_page
from newsletter.corrections.mail import begin_correction_mail
from newsletter.corrections.page_texts import with_texts
from newsletter.document import Document
from newsletter.issues.create import examples, next_number
from newsletter.issues.edit import edit_issue
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.published import find_published
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome, StoredMessage
from newsletter.mailings.totals import read_totals
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.runtime import Runtime
from newsletter.sending.audience import count_audience
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import ConsentSource, Subscription, SuppressionReason
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.corrections.conftest import Send, write_issue
from tests.databases import both_databases
from tests.factories import make_readers

ANA = "ana@press.example"
NOTE = "The mill opened in *April*, not in March."
WRITTEN = [{"op": "replace", "path": "/sections/0/text", "value": "The mill opened in April."}]


def write(session: Session, draft: Issue) -> None:
    edit_issue(session, draft.id, "1.0", WRITTEN, author=ANA)
    session.commit()


def document_of(session: Session, issue: Issue) -> Document:
    return load_document(find_revision(session, issue))


@both_databases
def test_it_goes_to_those_who_got_the_issue_and_are_still_there(
    session: Session, publication: Publication, runtime: Runtime, links: Links, send: Send
) -> None:
    readers = make_readers(session, publication, 6, start=10)
    issue = write_issue(session, publication)
    mailing = send(issue)
    became = dict(
        zip(
            [each.subscriber_id for each in readers],
            (*[Outcome.SENT] * 3, Outcome.UNANSWERED, Outcome.REJECTED, Outcome.PENDING),
            strict=True,
        )
    )
    for subscriber_id, outcome in became.items():
        delivery = session.scalars(
            select(Delivery).where(Delivery.mailing_id == mailing.id, Delivery.subscriber_id == subscriber_id)
        ).one()
        delivery.outcome = outcome
    left, suppressed, stayed, unanswered = readers[:4]
    unsubscribe(session, left.id, source=ConsentSource.PAGE, ip="")
    suppress(session, suppressed.subscriber.address_hash or "", SuppressionReason.MANUAL, actor=ANA)
    make_readers(session, publication, 2, start=20)  # who came later
    session.commit()

    draft = begin_correction_mail(session, issue.id, links, actor=ANA)
    write(session, draft)
    counted = count_audience(session, draft)
    # The first three readers of the publication got it, too.
    assert counted.readers == 5
    assert counted.excluded == {"not_received": 4, "unsubscribed": 1, "suppressed": 1}
    correction = schedule(session, draft, None, links, actor=ANA)
    session.commit()
    assert freeze(runtime.sessions, correction.id, runtime.links)
    totals = read_totals(session, correction.id)
    assert totals.add_up
    assert (totals.pending, totals.excluded) == (counted.readers, counted.excluded)
    recipients = set(
        session.scalars(
            select(Delivery.subscriber_id).where(
                Delivery.mailing_id == correction.id, Delivery.outcome == Outcome.PENDING
            )
        )
    )
    assert recipients - {each.subscriber_id for each in readers} == set(
        session.scalars(select(Subscription.subscriber_id).order_by(Subscription.id).limit(3))
    )
    assert {stayed.subscriber_id, unanswered.subscriber_id} <= recipients


def test_the_draft_says_what_was_corrected_and_has_no_page(
    session: Session, issue: Issue, publication: Publication, runtime: Runtime, links: Links
) -> None:
    page = find_published(session, publication, "one").document
    right = with_texts(page, {"sections[0].text": "It opened in *April*."})
    correct_page(session, issue.id, right, NOTE, links, actor=ANA)
    draft = begin_correction_mail(session, issue.id, links, actor=ANA)
    session.commit()
    assert begin_correction_mail(session, issue.id, links, actor="ben@press.example").id == draft.id
    document = document_of(session, draft)
    assert (document.title, document.subject) == (
        "Correction: Week one",
        "Correction: What happened this week",
    )
    assert (draft.slug, draft.corrects_issue_id) == ("correction-one", issue.id)
    mailing = schedule(session, draft, None, links, actor=ANA)
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    session.expire_all()
    assert (draft.number, draft.published_revision) == (None, None)
    compiled = CompiledMessage.from_json(session.get_one(StoredMessage, (mailing.id, "")).compiled)
    html = compiled.fill_html({"unsubscribe_url": "#", "preferences_url": "#"})
    assert "The mill opened in *April*, not in March." in html
    assert f'href="{links.issue("weekly", "one")}"' in html
    assert "correction-one" not in html
    assert "View in browser" not in html
    # It is nobody's next issue, nor the last one.
    assert next_number(session, publication) == 2
    assert [each.id for each in examples(session, publication)] == [issue.id]
    with pytest.raises(Conflict, match="is a correction mail"):
        begin_correction_mail(session, draft.id, links, actor=ANA)
    # Another correction makes another mail.
    assert begin_correction_mail(session, issue.id, links, actor=ANA).slug == "correction-one-2"


def test_it_cannot_leave_unwritten_nor_before_the_issue_has_left(
    session: Session, issue: Issue, publication: Publication, links: Links
) -> None:
    draft = begin_correction_mail(session, issue.id, links, actor=ANA)
    session.commit()
    assert document_of(session, draft).sections[0].model_dump()["text"] == "TK"
    with pytest.raises(Refused, match="TK"):
        schedule(session, draft, None, links, actor=ANA)
    session.rollback()
    write(session, draft)
    mailing = session.scalars(select(Mailing)).one()
    mailing.state = MailingState.SENDING  # somebody tries those who were rejected again
    session.commit()
    with pytest.raises(Conflict, match="still being sent"):
        schedule(session, draft, None, links, actor=ANA)
    session.rollback()
    unsent = write_issue(session, publication, "two")
    with pytest.raises(Conflict, match="not sent yet"):
        begin_correction_mail(session, unsent.id, links, actor=ANA)


def test_lines_that_are_too_long_are_cut(
    session: Session, publication: Publication, links: Links, send: Send
) -> None:
    long = write_issue(session, publication, "long", title="x" * 300, subject="{{ first_name }} " + "y" * 280)
    send(long)
    publication.language = "de"
    session.commit()
    document = document_of(session, begin_correction_mail(session, long.id, links, actor=ANA))
    assert document.title.startswith("Korrektur: xxx")
    assert (len(document.title), document.title[-1]) == (300, "…")
    assert document.subject.startswith("Korrektur:  yyy")
