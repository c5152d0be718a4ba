"""The logic of the issue editor: its own tests in node, and its agreement with the format in Python."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from newsletter.document import Document, DocumentInvalid, dumps, loads
from newsletter.document.fields import (
    ButtonUrl,
    ImageSource,
    WebUrl,
)
from newsletter.document.merge import parse
from newsletter.document.reading import read, sentences
from newsletter.document.richtext import link_urls, to_html, to_inline_html
from newsletter.issues.edit import full_json
from tests.document.strategies import documents, urls
from tests.document.strategies import lines as some_lines
from tests.web.editor_oracle import NODE, TESTS, Oracle

ROOT = Path(__file__).parents[2]
DIGEST = loads((ROOT / "newsletter/demo/documents/a-line-reopens.json").read_text(encoding="utf-8"))

slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_its_own_tests_pass() -> None:
    tests = sorted(TESTS.glob("*.test.ts"))
    assert tests
    done = subprocess.run([NODE, "--test", *tests], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


# ——— rich text

MARKDOWN = st.text(st.sampled_from('*_[]()<>!`\\-1. \nab"&;/:https.€é{}'), max_size=60)


def without_braces(text: str) -> str:
    return text if "{{" not in text and "}}" not in text else text.replace("{", "").replace("}", "")


def as_read(html: str) -> list[str]:
    """HTML as people see it: its tags, and each letter with its marks, however those lie in one another.

    Whether entries of a list are set apart makes no difference in the editor.
    """
    html = re.sub(r"<li>\s*<p>(.*?)</p>\s*", r"<li>\1", html, flags=re.DOTALL)
    html = html.replace("\u2060", "").replace("&nbsp;", " ")
    html = re.sub(r"<(strong|em)>(\s*)</\1>", r"\2", html)
    html = re.sub(r"<br>\s*(?=<)|<p></p>|<br>", "", html)
    seen: list[str] = []
    depth: Counter[str] = Counter()
    for part in re.split(r"(<[^>]*>)", html):
        if mark := re.fullmatch(r"<(/?)(strong|em)>", part):
            depth[mark[2]] += -1 if mark[1] else 1
        elif part.startswith("<"):
            seen.append(part)
        else:
            seen += [" ".join([letter, *sorted(+depth)]) for letter in part if not letter.isspace()]
    return seen


@pytest.mark.parametrize("text", ["*_1_*", "***a** b*", "**a *b***", "__a__**b**"])
def test_marks_in_one_another_are_kept(oracle: Oracle, text: str) -> None:
    assert as_read(to_html(oracle.ask("rewrite", text=text))) == as_read(to_html(text))


@slow
@given(text=MARKDOWN.map(without_braces) | some_lines)
def test_what_the_editor_writes_is_sent_as_what_it_read(oracle: Oracle, text: str) -> None:
    written = oracle.ask("rewrite", text=text)
    assert as_read(to_html(written)) == as_read(to_html(text))
    assert oracle.ask("rewrite", text=written) == written


@slow
@given(text=MARKDOWN.map(without_braces) | some_lines)
def test_a_statement_too(oracle: Oracle, text: str) -> None:
    assert as_read(to_inline_html(oracle.ask("rewriteLine", text=text))) == as_read(to_inline_html(text))


@slow
@given(text=MARKDOWN.map(without_braces) | urls.map(lambda url: f"[a]({url}) [b](<{url}>)"))
def test_the_editor_sees_the_links_that_are_sent(oracle: Oracle, text: str) -> None:
    assert oracle.ask("links", text=text) == link_urls(text)


# ——— limits

TRICKY = [
    "https://x.example/", "http://x.example:80/a?b#c", "HTTPS://X.EXAMPLE", "https://x.example:",
    "https://[::1]/", "https://x.example:99999", "https:///x", "https://", "ftp://x.example",
    "javascript:alert(1)", "/news", "x", "https://me:pw@x.example/", "https://x.example/a b",
    "https://x.example/{a}", "https://-x_.example./", "https://{{ name }}.x.example/",
    'https://x.example/{{ name | default: "a b" }}', "https://x.example/{{ name",
    "https://x.example/{{ nickname }}", "mailto:a@b.example", "mailto:nobody",
    "MAILTO:a@b.example?subject=x y", "mailto:{{ email }}", "media:a/b.png", "media:../x", "media:",
    "https://bücher.example/é", "https://x..example/", "http:x.example", "https:/x.example",
    " https://x.example", "https://x.example\\y", "https://x.example/^",
]  # fmt: skip
KINDS = {"url": WebUrl, "link": ButtonUrl, "image": ImageSource}


def fault(kind: Any, value: str) -> str:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return next(iter(sentences(error).values()))
    return ""


@pytest.mark.parametrize("value", TRICKY)
@pytest.mark.parametrize("kind", KINDS)
def test_links_are_refused_in_the_page_as_by_the_server(oracle: Oracle, kind: str, value: str) -> None:
    assert oracle.ask("errors", text=value)[kind] == fault(KINDS[kind], value)


@slow
@given(
    value=urls | st.text(st.sampled_from("htps:/.@[]x{} é"), max_size=14).map(lambda end: f"https://{end}")
)
def test_no_link_is_refused_that_the_server_takes(oracle: Oracle, value: str) -> None:
    if not fault(WebUrl, value):
        assert oracle.ask("errors", text=value)["url"] == ""


@pytest.mark.parametrize(
    "text",
    ["", "{{ name }}", "{{name}}", "{{ nickname }}", "{{ name", "name }}", "{{{ name }}}",
     "a {{ attributes.x_1 }}", '{{ name | default: "x" }}',
     '{{ name | default: "\\"" }}', '{{ name | default: "' + "x" * 101 + '" }}',
     "{{ attributes.X }}", "{{ name | upper }}", "{{ name }}{{ email }}"],
)  # fmt: skip
def test_merge_fields_are_refused_in_the_page_as_by_the_server(oracle: Oracle, text: str) -> None:
    try:
        parse(text)
        expected = ""
    except DocumentInvalid as error:
        expected = error.message
    assert oracle.ask("errors", text=text)["merge"] == expected


@slow
@given(document=documents)
def test_no_document_that_the_server_takes_is_refused_in_the_page(oracle: Oracle, document: Document) -> None:
    assert oracle.ask("documentErrors", document=json.loads(dumps(document))) == []


@pytest.mark.parametrize("title", ["𐄇 Ⅷ ² apples", "ʰā", "Ꭰꭰ", "Die Straße"])
def test_a_slug_in_any_script_is_one_in_the_page(oracle: Oracle, title: str) -> None:
    document = Document(title=title)
    assert oracle.ask("documentErrors", document=json.loads(dumps(document))) == []


# ——— changes


@slow
@given(document=documents, seed=st.integers(0, 10**6))
def test_a_change_is_understood_by_a_server_whether_it_keeps_defaults_or_not(
    oracle: Oracle, document: Document, seed: int
) -> None:
    full, bare = full_json(document), json.loads(dumps(document))
    for given_form in (full, bare):
        answer = oracle.ask("edit", document=given_form, seed=seed)
        expected = read(answer["after"])
        for kept in (full, bare):
            assert read(jsonpatch.apply_patch(kept, answer["patch"])) == expected
            assert read(jsonpatch.apply_patch(kept, answer["replacement"])) == expected


@slow
@given(seed=st.integers(0, 10**6))
def test_two_peoples_changes_make_a_document_that_holds_the_words_of_both(oracle: Oracle, seed: int) -> None:
    answer = oracle.ask("both", document=full_json(DIGEST), seed=seed)
    merged = read(answer["merged"])
    assert read(jsonpatch.apply_patch(answer["theirs"], answer["patch"])) == merged
    kept = set(strings(answer["merged"])) | {str(conflict["theirs"]) for conflict in answer["conflicts"]}
    was = set(strings(full_json(DIGEST)))
    for side in ("mine", "theirs"):
        assert {word for word in strings(answer[side]) if word not in was} <= kept


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from () if name == "id" else strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
