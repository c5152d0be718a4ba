"""As a reader I join by mail, get the next issue, and leave with one click; who only looks changes nothing.

The installation stands behind a proxy that takes HTTPS off, as most do.
"""

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.smtp.sink import Options, Sink
from newsletter.subscribers.models import Subscription
from tests.databases import BOTH
from tests.extent import usual
from tests.features import mail, story
from tests.features.browsing import Answer, Browser, Form
from tests.features.conftest import Install
from tests.features.received import every_link, received_messages, wait_for_message
from tests.features.unchanged import nothing_changes, reading_session
from tests.processes import Installation, wait_until

PUBLIC_URL = "https://letters.coalition.example"
SIGN_UP = f"{PUBLIC_URL}/subscribe/{story.SLUG}"
ANA = "ana.lim@readers.example"
VICTIM = "victim@readers.example"
OTHERS = {"bo@readers.example": "Ω, “Bö” 🚢\n\rBerg", "layla@readers.example": "ليلى حداد"}
POSTS = usual(120, soak=1_000)
MOVES = 16
on_sqlite, on_postgresql = (
    pytest.mark.parametrize("database", usual((kind,), soak=BOTH), indirect=True) for kind in BOTH
)


@on_sqlite
def test_a_reader_joins_by_mail_and_leaves_with_one_click(install: Install, tmp_path: Path) -> None:
    with Sink(Options(keep_content=True)) as sink:
        installation = install(sink.url, PUBLIC_URL=PUBLIC_URL, TRUSTED_PROXIES="1")
        story.begin(installation, OTHERS)
        installation.start("web", "worker", "bulk", "periodic")
        browser = Browser(installation)

        join(browser, sink)
        assert counted(installation) == {"active": 3}

        picture = story.add_picture(installation, tmp_path)
        issue, _ = story.import_digest(installation, tmp_path, picture)
        assert story.send(installation, issue)["sent"] == 3
        digest = mail.parse(wait_for_message(sink, ANA, 2))
        mail.headers_of(wait_for_message(sink, ANA, 2).replace(b"\r\n", b"\n"))
        look_at_every_link(installation, digest)
        leave(browser, str(digest["list-unsubscribe"]).strip("<>"))
        assert counted(installation) == {"active": 2, "ended": 1}

        issue, _ = story.import_digest(installation, tmp_path, picture, slug="later", title="The week after")
        told = story.send(installation, issue)
        assert (told["sent"], told["excluded"]) == (2, {"unsubscribed": 1})
        assert len(received_messages(sink, ANA)) == 2
        assert [
            len(received_messages(sink, other)) for other in ("bo@readers.example", "layla@readers.example")
        ] == [
            2,
            2,
        ]


@on_postgresql  # where as many processes ask at the same time
def test_many_posts_for_one_victim_bring_one_message(install: Install) -> None:
    with Sink() as sink:
        # As many visitors as posts, each below every limit: what is left is the limit of the address.
        installation = install(sink.url, PUBLIC_URL=PUBLIC_URL, TRUSTED_PROXIES="1", WEB_CONCURRENCY="2")
        story.begin(installation, {ANA: "Ana Lim"})
        installation.start("web", "worker", "periodic")
        asked = [ask_for(VICTIM, Browser(installation), query) for query in ("", "?embed=1")]
        spellings = [VICTIM, VICTIM.title(), f"  {VICTIM.upper()} "]

        def post(number: int) -> Answer:
            visitor = Browser(installation, ip=f"203.0.{113 + number // 250}.{number % 250}")
            form = asked[number % len(asked)][0]
            return visitor.submit(form, email=spellings[number % 3], name=f"Bomber {number}")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(post, range(POSTS - len(asked))))
            moves = list(pool.map(partial(move_to_victim, installation), range(MOVES)))
        # Each is told what the first was told.
        assert {answer.status for answer in answers} == {200}
        assert {answer.text for answer in answers} == {answer.text for _, answer in asked}
        assert moves.count(303) > 1
        assert set(moves) == {303, 429}
        wait_until(lambda: not waiting(installation))
        assert [record.recipient for record in sink.records] == [VICTIM]
        assert counted(installation) == {"active": 1, "pending": 1}


def move_to_victim(installation: Installation, number: int) -> int:
    """Want the victim's address instead of one's own: the answer's status."""
    links = Links(PUBLIC_URL, Signer(installation.settings.secrets))
    visitor = Browser(installation, ip=f"203.0.200.{number}")
    form = visitor.get(links.preferences(1)).form("email")
    return visitor.submit(form, email=VICTIM.upper() if number % 2 else VICTIM).status


def join(browser: Browser, sink: Sink) -> None:
    """Ask, get a confirmation, look at it, confirm it."""
    _, asked = ask_for(ANA, browser)
    assert asked.status == 200
    assert "Set-Cookie" not in asked.headers
    confirmation = mail.parse(wait_for_message(sink, ANA))
    assert confirmation["to"] == f"Ana Lim <{ANA}>" or confirmation["to"] == ANA
    assert confirmation["auto-submitted"] == "auto-generated"
    assert "Coalition Weekly" in confirmation["subject"]
    look_at_every_link(browser.installation, confirmation)
    assert counted(browser.installation) == {"active": 2, "pending": 1}
    (link,) = {link for link in every_link(confirmation) if "/confirm/" in link}
    page = browser.get(link)
    assert "You are subscribed" not in page.text
    for _ in range(2):  # doing it twice is once
        confirmed = browser.submit(page.form())
        assert confirmed.status == 200
        assert "You are subscribed" in confirmed.text


def ask_for(email: str, browser: Browser, query: str = "") -> tuple[Form, Answer]:
    """Fill in the form as a person does, and press the button until it was slow enough for one."""
    form = browser.get(f"{SIGN_UP}{query}").form("email")
    answers: list[Answer] = []

    def taken() -> bool:
        answers.append(browser.submit(form, email=email, name="Ana Lim"))
        return not answers[-1].forms

    wait_until(taken)
    assert "Check your inbox" in answers[-1].text
    return form, answers[-1]


def look_at_every_link(installation: Installation, message: EmailMessage) -> None:
    """A scanner fetches every link of ours, with GET and HEAD, from its own address: nothing changes."""
    scanner = Browser(installation, ip="192.0.2.200")
    ours = sorted(link for link in every_link(message) if link.startswith(PUBLIC_URL))
    assert ours
    with nothing_changes(installation):
        for link in ours:
            for method in ("GET", "HEAD"):
                answer = scanner.request(method, link.partition("#")[0])
                assert answer.status == 200, (method, link)
                assert "Set-Cookie" not in answer.headers


def leave(browser: Browser, link: str) -> None:
    """What a mail program does (RFC 8058): no cookies, no questions, either encoding, and again if unsure."""
    answer = browser.post(link, {"List-Unsubscribe": "One-Click"})
    assert (answer.status, answer.url) == (200, link)
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    boundary = uuid4().hex
    part = 'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click'
    body = f"--{boundary}\r\n{part}\r\n--{boundary}--\r\n"
    again = browser.request("POST", link, body, f"multipart/form-data; boundary={boundary}")
    assert (again.status, again.text) == (200, answer.text)


def counted(installation: Installation) -> dict[str, int]:
    """How many subscriptions are in each state; states without any are left out."""
    with reading_session(installation) as session:
        rows = session.execute(select(Subscription.state, func.count()).group_by(Subscription.state)).all()
    return {row[0].value: row[1] for row in rows}


def waiting(installation: Installation) -> list[str]:
    """To whom a message of the system is still to be sent."""
    with reading_session(installation) as session:
        unsent = select(SystemMessage.recipient).where(SystemMessage.state != MessageState.SENT)
        return list(session.scalars(unsent))
