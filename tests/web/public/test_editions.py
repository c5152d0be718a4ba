"""An issue in several languages: its pages, what they tell programs, the emails as sent, the feeds."""

import json

from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.document.reading import read
from newsletter.issues.models import Issue
from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.variant import MOST_CONDITIONS
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.topics.create import create_topic
from tests.databases import both_databases
from tests.editions import SUBJECTS, WORDS, an_edition, the_document
from tests.factories import make_subscription
from tests.web.public.published import FRIDAY, found, page, publish

ATOM = "{http://www.w3.org/2005/Atom}"


def published(session: Session, publication: Publication) -> Issue:
    saved = save_document(session, publication, the_document(slug="one"))
    issue = publish_issue(session, saved.revision, FRIDAY)
    session.commit()
    return issue


@both_databases
def test_each_language_has_a_page_that_names_the_others(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    published(session, weekly)
    pages = {"en": "/archive/weekly/one", "de": "/archive/weekly/one/de", "ar": "/archive/weekly/one/ar"}
    for language, path in pages.items():
        shown = page(client, path)
        (article,) = found(shown, "//article[@class='issue']")
        assert article.get("lang") == language
        assert article.get("dir") == ("rtl" if language == "ar" else "ltr")
        assert WORDS[language]["all"] in article.text_content()
        assert WORDS[language]["sport"] not in article.text_content()  # a stranger has no topic
        assert found(shown, "//html/@lang") == [language]
        assert found(shown, "//link[@rel='canonical']/@href") == [f"http://localhost{path}"]
        alternate = {
            each.get("hreflang"): each.get("href")
            for each in found(shown, "//link[@rel='alternate' and @hreflang]")
        }
        assert alternate == {tag: f"http://localhost{url}" for tag, url in pages.items()} | {
            "x-default": "http://localhost/archive/weekly/one"
        }
        offered = found(shown, "//nav[@aria-label]//a[@hreflang]")
        assert [each.get("href") for each in offered] == list(pages.values())
        assert [each.text for each in offered] == ["English", "Deutsch", "العربية"]
        assert [each.get("hreflang") for each in offered if each.get("aria-current")] == [language]
        og = {"en": "en_US", "de": "de_DE", "ar": "ar_EG"}
        assert found(shown, "//meta[@property='og:locale']/@content") == [og.pop(language)]
        assert found(shown, "//meta[@property='og:locale:alternate']/@content") == list(og.values())
        (said,) = found(shown, "//script[@type='application/ld+json']/text()")
        facts = json.loads(said)
        assert (facts["inLanguage"], facts["url"]) == (language, f"http://localhost{path}")
        assert facts["headline"] == SUBJECTS[language]


def test_an_issue_in_one_language_names_none(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    publish(session, weekly)
    shown = page(client, "/archive/weekly/one")
    assert found(shown, "//*[@hreflang]") == []
    assert found(shown, "//meta[starts-with(@property, 'og:locale')]") == []


def test_a_language_that_it_is_not_in_has_no_page(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    published(session, weekly)
    for path in ("/it", "/de-AT", "/en", "/DE", "/it/email", "/%00", "/de/x"):
        assert client.get(f"/archive/weekly/one{path}").status_code == 404, path


def test_the_emails_of_the_archive_are_those_that_were_sent(
    client: FlaskClient, session: Session, weekly: Publication, runtime: Runtime, links: Links
) -> None:
    for topic in ("sport", "opera"):
        create_topic(session, weekly, topic, actor="test")
    issue = save_document(session, weekly, the_document(slug="one")).issue
    make_subscription(session, weekly, "ana@readers.example").subscriber.language = "de"
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    for place, (language, path) in enumerate({"en": "", "de": "/de", "ar": "/ar"}.items()):
        number = place << MOST_CONDITIONS
        stored = session.get_one(StoredMessage, (mailing_id, str(number) if place else ""))
        expected = CompiledMessage.from_json(stored.compiled).fill_html(
            {"unsubscribe_url": "#", "preferences_url": "#"}
        )
        shown = client.get(f"/archive/weekly/one{path}/email")
        assert shown.text == expected
        assert WORDS[language]["all"] in expected
        assert shown.headers["Link"] == f'<http://localhost/archive/weekly/one{path}>; rel="canonical"'
        token = links.sent_variant(mailing_id, number).removeprefix("http://localhost")
        if place:
            assert client.get(token).text == expected
    # Ana reads German, and both topics: her email has an address of its own.
    hers = links.sent_variant(mailing_id, 3 + (1 << MOST_CONDITIONS)).removeprefix("http://localhost")
    assert WORDS["de"]["opera"] in client.get(hers).text


@both_databases
def test_a_feed_in_a_language_has_each_issue_in_it_where_there_is_one(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    issue = published(session, weekly)
    publish(session, weekly, "two", title="Two")
    for language in ("de", "de-AT"):
        feed = etree.fromstring(client.get(f"/archive/weekly/feed/{language}.atom").data)
        assert feed.findtext(f"{ATOM}id") == f"{weekly.feed_id}#{language}"
        own = feed.find(f"{ATOM}link[@rel='self']").get("href")
        assert own == f"http://localhost/archive/weekly/feed/{language}.atom"
        two, one = feed.findall(f"{ATOM}entry")
        assert (two.findtext(f"{ATOM}title"), one.findtext(f"{ATOM}title")) == ("Two", SUBJECTS["de"])
        assert one.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
        assert one.findtext(f"{ATOM}id") == f"{issue.feed_id}#de"
        assert one.find(f"{ATOM}link").get("href") == "http://localhost/archive/weekly/one/de"
        assert WORDS["de"]["all"] in one.findtext(f"{ATOM}content")
    plain = etree.fromstring(client.get("/archive/weekly/feed.atom").data)
    assert [each.findtext(f"{ATOM}title") for each in plain.findall(f"{ATOM}entry")] == ["Two", "This week"]
    (discovered,) = found(
        page(client, "/archive/weekly/one/de"), "//link[@type='application/atom+xml']/@href"
    )
    assert discovered == "http://localhost/archive/weekly/feed/de.atom"
    for wrong in ("de_AT", "german", "d", "%00", "DE"):
        assert client.get(f"/archive/weekly/feed/{wrong}.atom").status_code == 404, wrong


def test_an_issue_that_is_called_feed_keeps_its_editions(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    saved = save_document(session, weekly, the_document(slug="feed"))
    publish_issue(session, saved.revision, FRIDAY)
    session.commit()
    assert SUBJECTS["de"] in client.get("/archive/weekly/feed/de").text


def test_what_is_not_translated_is_marked_on_the_page(
    client: FlaskClient, session: Session, weekly: Publication
) -> None:
    document = the_document(slug="one", editions=[an_edition("ar", without="all")])
    publish_issue(session, save_document(session, weekly, document).revision, FRIDAY)
    session.commit()
    (text,) = found(page(client, "/archive/weekly/one/ar"), "//div[@class='prose']")
    assert (text.get("lang"), text.text_content().strip()) == ("en", WORDS["en"]["all"])


def test_a_preview_of_a_revision_is_in_the_language_that_is_asked_for(
    client: FlaskClient, session: Session, weekly: Publication, links: Links
) -> None:
    revision = save_document(session, weekly, the_document(slug="one")).revision
    session.commit()
    for language in ("", "de", "it"):
        shown = page(client, links.preview(revision.id, language).removeprefix("http://localhost"))
        assert WORDS["de" if language == "de" else "en"]["all"] in shown.text_content()
        email = links.preview_email(revision.id, language).removeprefix("http://localhost")
        assert WORDS["de" if language == "de" else "en"]["all"] in client.get(email).text


def test_the_archive_lists_the_languages(client: FlaskClient, session: Session, weekly: Publication) -> None:
    published(session, weekly)
    save_document(session, weekly, read({"title": "Two"}))
    shown = page(client, "/archive/weekly/")
    assert found(shown, "//a[@hreflang='ar']/@href") == ["/archive/weekly/one/ar"]
