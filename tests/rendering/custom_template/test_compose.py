"""Issues with a custom template: the message that its theme makes, limits that hold, lost parts."""

import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from newsletter.core.errors import Refused
from newsletter.core.tracking_tokens import READER_SLOT
from newsletter.document.blocks.image import ImageSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.image import Image
from newsletter.document.item import Item
from newsletter.document.url_key import normal_url
from newsletter.rendering.compile_input import CompileInput, compile_from, compile_with_parts, urls_followed
from newsletter.rendering.compose import compose
from newsletter.rendering.custom_template import process
from newsletter.rendering.custom_template.starter import block_source, starter
from newsletter.rendering.example_issue import EXAMPLE, PICTURES
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.render_input import CustomTemplate, MediaImage, RenderInput, TrackingInput
from newsletter.rendering.themes import THEMES
from tests.rendering.custom_template.samples import SMALLEST, issue_with
from tests.rendering.issues import issue_of, reference_digest

DOUBLED = "{% set n = namespace(x='aaaa') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
HEADERS = MessageHeaders(from_email="editor@example.org")


def refusal(text: str, **changes: Any) -> str:
    with pytest.raises(Refused) as refused:
        compose(issue_with(text, **changes))
    assert refused.value.code == "bad_template"
    return refused.value.message


@pytest.mark.parametrize("theme", THEMES.keys())
def test_a_copy_of_a_theme_makes_the_same_message(theme: str) -> None:
    picture = MediaImage("https://media.example.org/head.png", 1200, 300)
    given = issue_of(document=reference_digest(), theme=theme)
    given = replace(given, publication=replace(given.publication, header=picture, header_dark=picture))
    own = replace(given, template=CustomTemplate(starter(theme)))
    assert compile_with_parts(CompileInput(own, HEADERS)) == compile_with_parts(CompileInput(given, HEADERS))
    assert urls_followed(CompileInput(own, HEADERS)) == urls_followed(CompileInput(given, HEADERS))


def test_what_a_message_was_made_of_makes_the_same_octets_again() -> None:
    given = CompileInput(issue_with(SMALLEST, 3), HEADERS)
    again = CompileInput.from_json(given.to_json())
    assert again == given
    assert compile_from(again).to_json() == compile_from(given).to_json()


def test_links_lead_through_our_redirect() -> None:
    given = CompileInput(
        replace(issue_of(document=reference_digest()), template=CustomTemplate(starter("gazette"))), HEADERS
    )
    url = urls_followed(given)[0]
    compiled = compile_from(given.redirected({url: "https://news.example.org/l/abc"}))
    assert 'href="https://news.example.org/l/abc"' in compiled.fill_html({})


def test_what_is_counted_is_the_same_as_with_the_theme() -> None:
    theme = CompileInput(issue_of(document=reference_digest()), HEADERS)
    url = urls_followed(theme)[0]
    counted = TrackingInput(
        READER_SLOT,
        {normal_url(url): "https://news.example.org/l/abc."},
        pixel="https://news.example.org/o/def.",
        canary="https://news.example.org/l/ghi.",
    )
    theme = theme.redirected({}, counted)
    own = replace(theme, render=replace(theme.render, template=CustomTemplate(starter("gazette"))))
    made = compile_from(own)
    assert made.to_json() == compile_from(theme).to_json()
    html = made.fill_html({READER_SLOT: "reader"})
    for address in ("/l/abc.reader", "/o/def.reader.gif", "/l/ghi.reader"):
        assert address in html


def test_a_block_is_replaced_by_its_source() -> None:
    own = block_source("gazette", "button").replace("buttonlink", "buttonlink mine")
    text = (
        starter("gazette")
        .replace(
            "{% include [theme.folder",
            '{% if section.type == "button" %}' + own + "{% else %}{% include [theme.folder",
        )
        .replace('section.type ~ ".html"] %}', 'section.type ~ ".html"] %}{% endif %}')
        .replace("</style>\n<style data", ".mine { border-style: dotted; }\n</style>\n<style data")
    )
    given = issue_of(document=EXAMPLE, media=PICTURES)
    html = compile_from(CompileInput(replace(given, template=CustomTemplate(text)), HEADERS)).fill_html({})
    assert html.count("border-style:dotted") == 1


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        ("{{ 'a' * 10**9 }}", "Line 2: A template may not"),
        ("{{ 10 ** 10 ** 10 }}", "Line 2: A template may not"),
        ("{{ 'a' | center(10 ** 5 * 10 ** 4) }}", "Line 2: This needs too much memory"),
        ("{{ '%1000000000d' | format(1) }}", "Line 2: This needs too much memory"),
        ("{{ _('%(x)1000000000d', x=1) }}", "Line 2: This needs too much memory"),
        ("{% for x in [1] | batch(100000000, 'a') %}{% endfor %}", "Line 2: This needs too much memory"),
        (DOUBLED, "Line 2: This needs too much memory"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "Line 2: This calls itself again and again"),
        ("{% for a in range(9999) %}{{ '%0999d' | format(1) }}{% endfor %}", "It makes more than 500 kB"),
    ],
)  # fmt: skip
def test_memory_and_output_are_limited(payload: str, sentence: str) -> None:
    assert sentence in refusal(f"\n{payload}")


def test_time_is_limited_and_the_line_is_told() -> None:
    began = time.process_time()
    loop = "".join(f"{{% for i{n} in range(10000) %}}" for n in range(3)) + "{% endfor %}" * 3
    assert refusal(f"\n\n{loop}") == "Line 3: This takes too long: the template was stopped."
    assert time.process_time() - began < 1  # of ours


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('<a href="{{ unsubscribe_url }}">Unsubscribe</a>', "", "The unsubscribe link is missing"),
        ("Unsubscribe</a>", "</a>", "The unsubscribe link is missing"),
        ("<a href", '<a style="display: none" href', "The unsubscribe link is missing"),
        (
            '<a href="{{ unsubscribe_url }}">',
            '<!-- <a href="{{ unsubscribe_url }}"> --><a>',
            "The unsubscribe link",
        ),
        ("| postal }}", "| length }}", "The postal address is missing"),
        ("<p>{{ publication.post", "<p hidden>{{ publication.post", "The postal address is missing"),
        ("{{ preheader }}", "", "The preheader is missing"),
        (
            "in sections %}",
            "in [] %}",
            "The section “text” is not shown whole: “Ferries sail again” is missing.",
        ),
    ],
)
def test_what_a_message_must_have_is_not_lost(before: str, after: str, sentence: str) -> None:
    assert before in SMALLEST
    assert sentence in refusal(SMALLEST.replace(before, after))
    assert compose(issue_with(SMALLEST)).inlined


def test_lost_headlines_and_images_are_named() -> None:
    links = LinksSection(type="links", id="one", items=(Item(headline="Ferries"), Item(headline="Rails")))
    image = ImageSection(type="image", id="two", image=Image(src="media:stories/lighthouse.jpg"))
    text = SMALLEST.replace('{% include "blocks/" ~ section.type ~ ".html" %}', "Ferries")
    given = issue_of(links, image)
    with pytest.raises(
        Refused,
        match=r"“links” is not shown whole: “Rails” is missing.*“image” is not shown whole: its image",
    ):
        compose(replace(given, template=CustomTemplate(text)))


def test_a_process_that_died_is_started_again_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compose(issue_with(SMALLEST)).inlined
    child = process._children[0]
    child.process.kill()
    child.process.wait()
    monkeypatch.setenv("SECRET_KEY", "quiet herons")
    assert compose(issue_with(SMALLEST)).inlined
    assert process._children[0] != child
    environment = Path(f"/proc/{process._children[0].process.pid}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"quiet herons" not in environment


def _in_worker(given: RenderInput) -> None:
    assert compose(given).inlined
    process.end_process()


def test_threads_and_daemonic_workers_have_it_at_once() -> None:
    results: list[bool] = []
    threads = [
        Thread(target=lambda: results.append(bool(compose(issue_with(SMALLEST)).inlined))) for _ in range(3)
    ]
    worker = get_context("fork").Process(target=_in_worker, args=(issue_with(SMALLEST),), daemon=True)
    worker.start()  # before there is a second thread, as Celery forks its workers
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.join(60)
    assert (results, worker.exitcode) == ([True] * 3, 0)
