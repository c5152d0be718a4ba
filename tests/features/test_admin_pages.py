"""As an owner I can use every page of the admin, in whatever state it is, on a computer and on a phone.

The addresses come from the URL map, so a page that is added is looked at, too.
"""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Error, Page, Response
from redis import Redis
from sqlalchemy.orm import Session

from newsletter.runtime import Runtime
from newsletter.web.limits import limiter
from tests.extent import SOAK
from tests.features.looking import listen, look, resize, unringed
from tests.features.scenes import OWNER, PASSWORD, Scene, bare, empty, foreign, full, pages, paths
from tests.heartbeats import every_worker_lives
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

WIDTHS = (1280, 390)
# Without a publication; axe looks at every other page when there is something in it.
FIRST_STEPS = {"admin_home.show"}
FORMS_WITH_AXE = 3  # what is wrong is said by the same macro everywhere
# Filters that nothing matches, and places in lists that nobody ever was at.
NONSENSE = urlencode(
    dict.fromkeys(("q", "stage", "state", "outcome", "reason", "kind", "tag", "sort"), "zzzz")
    | {
        "page": "999",
        "before": "1",
        "after": "999999",
        "when": "later",
        "date": "2026-13-45",
        "zone": "Nowhere",
    }
)
# A form of the page with something to write in, as it stands in the HTML; scripts add none.
WRITTEN_IN = re.compile(
    rb"<main\b.*<form\b[^>]*post.*(?:<textarea|<input(?![^>]*\btype=(?!\"?(?:text|email|url|search)\b)))",
    re.S,
)
TOKEN = re.compile(rb"[\w.-]{40,}")
GARBAGE = "\u202e<b>ab</b> " + "x" * 80
FORMS = "main form[method=post]"
# Garbage into every text field that can be seen, however long it may be: how many there are.
FILL = """(form, garbage) => {
    const texts = 'input:not([type]), :is(input[type=text], input[type=email], input[type=url]), textarea';
    const fields = [...form.querySelectorAll(`${texts}, input[type=search]`)].filter(
        (field) => field.checkVisibility({ visibilityProperty: true }) && !field.disabled && !field.readOnly);
    fields.forEach((field) => { field.removeAttribute('maxlength'); field.value = garbage; });
    return fields.length;
}"""


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with every_worker_lives(redis_url) as client:
        yield client


@pytest.fixture
def origin(app: Flask, redis: Redis) -> Iterator[str]:
    """The application on a port of this machine."""
    with app.app_context():
        limiter.reset()
    with serve(app) as url:
        yield url


def test_an_empty_installation(app: Flask, session: Session, origin: str, tab: Page) -> None:
    walk(app, tab, origin, empty(session), axe=FIRST_STEPS)


def test_a_publication_with_nothing_in_it(app: Flask, session: Session, origin: str, tab: Page) -> None:
    walk(app, tab, origin, bare(session))


def test_everything(app: Flask, session: Session, runtime: Runtime, origin: str, tab: Page) -> None:
    scenes = full(session, runtime)
    known = {name for scene in scenes for name in scene.values}
    assert {
        str(rule) for rule in pages(app) if not rule.arguments <= known | (rule.defaults or {}).keys()
    } == set()
    walk(app, tab, origin, scenes, axe={rule.endpoint for rule in pages(app)})


def test_long_names_and_text_from_right_to_left(
    app: Flask, session: Session, runtime: Runtime, origin: str, tab: Page
) -> None:
    walk(app, tab, origin, foreign(session, runtime))


def test_filters_that_nothing_matches(
    app: Flask, session: Session, runtime: Runtime, origin: str, tab: Page
) -> None:
    walk(app, tab, origin, full(session, runtime)[:1], query=f"?{NONSENSE}")


def test_what_was_typed_wrongly(
    app: Flask, session: Session, runtime: Runtime, origin: str, tab: Page
) -> None:
    """Every form that asks for words is sent with words that no field should like."""
    scenes = full(session, runtime)
    sign_in(tab, origin)
    heard = listen(tab)
    problems: dict[str, list[str]] = {}
    for path in open_pages(app, tab, origin, scenes[:1], heard, asks=True):
        for number, answer in _send_garbage(tab):
            if answer.status >= 400:
                # A preview of what was typed may be refused, too: that is an answer, not an accident.
                strange = [line for line in heard if "responded with a status of 4" not in line]
                first = len(problems) < FORMS_WITH_AXE
                problems[f"{path} #{number}"] = [*strange, *look(tab, widths=WIDTHS, axe=first)]
                assert answer.status < 500, path
            heard.clear()
    assert len(problems) > 3  # there are such pages, and they were met
    complain(problems)


def test_what_is_not_there(session: Session, origin: str, tab: Page) -> None:
    empty(session)
    sign_in(tab, origin)
    problems: dict[str, list[str]] = {}
    for path in ("/admin/nothing", "/admin/p/nothing", "/admin/mailings/987654"):
        tab.goto(origin + path)
        problems[path] = look(tab, widths=WIDTHS, axe=not problems)
    complain(problems)


def walk(
    app: Flask,
    tab: Page,
    origin: str,
    scenes: list[Scene],
    query: str = "",
    *,
    axe: Collection[str] = (),
) -> None:
    """Look at every page of the scenes, and fail with all that is wrong with any of them.

    axe: the endpoints of the pages at which it looks, and at the rings of the focus, in the first of the
    scenes that has them.
    """
    sign_in(tab, origin)
    heard = listen(tab)
    problems: dict[str, list[str]] = {}
    seen: set[str] = set()
    widths = WIDTHS
    routes = app.url_map.bind("localhost")
    for path in open_pages(app, tab, origin, scenes, heard, query):
        page, _ = routes.match(path.partition("?")[0])
        first = page in axe and page not in seen
        if first:
            widths = WIDTHS  # at the first of them axe looks for everything
        rings = unringed(tab) if first or SOAK else ()
        problems[path] = [*look(tab, widths=widths, axe=first), *rings, *heard]
        widths = widths[::-1]  # the next page is opened as wide as this one was left
        seen.add(page)
    assert problems
    complain(problems)


def open_pages(
    app: Flask,
    tab: Page,
    origin: str,
    scenes: list[Scene],
    heard: list[str],
    query: str = "",
    *,
    asks: bool = False,
) -> Iterator[str]:
    """Open each whole page; its address, and in `heard` only what is said of it.

    No redirects, no files, no parts of pages, no emails. asks: only those that have a form to write in.
    """
    seen = set()
    for path in (path for scene in scenes for path in paths(app, scene)):
        if path in seen:
            continue
        seen.add(path)
        if query and _takes_no_notice(tab, origin + path, query):
            continue
        if asks and not WRITTEN_IN.search(_read(tab, origin + path)):
            continue
        heard.clear()
        answer = _open(tab, f"{origin}{path}{query}")
        if answer is not None and answer.request.redirected_from is None:
            assert answer.status == 200 or query, f"{path}: {answer.status}"
            assert answer.status < 500, path
            if _is_page(tab, answer):
                yield path + query
    heard.clear()


def _open(tab: Page, url: str) -> Response | None:
    """What answers; None for a file that the browser would save."""
    try:
        return tab.goto(url)
    except Error as error:
        if "Download is starting" in error.message:
            return None
        raise


def complain(found: dict[str, list[str]]) -> None:
    """Fail with a line for each thing that is wrong, below the place where it is."""
    told = "\n".join("\n  ".join([place, *wrong]) for place, wrong in found.items() if wrong)
    if told:
        pytest.fail(told, pytrace=False)


def sign_in(tab: Page, origin: str) -> None:
    tab.goto(f"{origin}/sign-in")
    tab.get_by_label("Email address").fill(OWNER)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign in").click()
    assert "/admin/" in tab.url


def _is_page(tab: Page, answer: Response) -> bool:
    headers = answer.headers
    return (
        headers["content-type"].startswith("text/html")
        and "sandbox" not in headers.get("content-security-policy", "")
        and bool(tab.evaluate("document.doctype !== null"))  # a part of a page has none
    )


def _takes_no_notice(tab: Page, url: str, query: str) -> bool:
    """Whether the page is the same without the query, but for tokens: it is looked at in another test."""
    return len({TOKEN.sub(b"", _read(tab, f"{url}{end}")) for end in ("", query)}) == 1


def _read(tab: Page, url: str) -> bytes:
    """What the server answers, without drawing it."""
    return tab.request.get(url, headers={"Accept": "text/html"}).body()


def _send_garbage(tab: Page) -> Iterator[tuple[int, Response]]:
    """Fill the text fields of each form of the open page, and send it: its number, and what was answered."""
    url = tab.url
    sent = False
    for number in range(tab.locator(FORMS).count()):
        if sent:
            tab.goto(url)
        resize(tab, WIDTHS[0])  # what is folded on a phone is there, too
        form = tab.locator(FORMS).nth(number)
        sent = form.evaluate(FILL, GARBAGE) > 0
        if sent:
            with tab.expect_navigation() as went:
                form.evaluate("form => form.submit()")
            assert went.value
            yield number, went.value
