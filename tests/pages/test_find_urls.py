"""URLs in what people paste."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.pages.find_urls import find_urls

A, B = "https://a.example/x", "https://b.example/y?z=1"


@pytest.mark.parametrize(
    "text",
    [
        f"{A} {B}",
        f"{A}\n{B}\r\n",
        f"\t{A},{B};",
        f"{A}, {B}.",
        f"<{A}> <URL:{B}>",
        f"Look ({A}) and [{B}]!",
        f"see {A}; “{B}”…",
        f"«{A}» ‹{B}›",
        f"[one]({A}) and [two]({B} 'Title')",
        f"[one]({A})[two]({B})",
        f"[{A}]({A})\n\n[2]: {B}",
        f"<a href=\"{A}\">{A}</a> <a class=x href='{B}'>B</a>",
        f"<a href={A}>1</a><a href={B}>2</a>",
        f'<img src="https://c.example/p.png"><a href="{A}"><img src=\'https://c.example/q.png\'></a>{B}',
        f'<svg xmlns="http://www.w3.org/2000/svg"/>{A} {B}',
        f"> quoted: {A}\n>> {B}",
        f"**{A}** ~~{B}~~ *{A}*",
        f"<{A}|text of a chat> <{B}>",
        f"🔥{A}🔥 👩🏽‍💻 {B}❤️",
        f"انظر {A}، ثم {B}؟",
        f"ראו\u200f{A}\u200f \u2067{B}\u2069",
        f"请看{A}。还有（{B}）、",
        f"javascript:open('https://c.example/') {A} mailto:ana@c.example?body=https://c.example/ {B}",
        f"data:text/html,https://c.example/ {A} file:///etc/passwd {B} ftp://c.example/",
        f"{A}\u200b{B}\ufeff",
        f"{A} {B} {A} {B}",
    ],
)
def test_two_urls(text: str) -> None:
    assert find_urls(text) == [A, B]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(https://en.wikipedia.org/wiki/Ana_(name)).", "https://en.wikipedia.org/wiki/Ana_(name)"),
        ("[x](https://en.wikipedia.org/wiki/A_(b)_c)", "https://en.wikipedia.org/wiki/A_(b)_c"),
        ("https://a.example/?a[]=1&b[2]=3", "https://a.example/?a[]=1&b[2]=3"),
        ("https://a.example/x(", "https://a.example/x"),
        ("www.example.org/x, you know", "https://www.example.org/x"),
        ("(WWW.Example.org)", "https://WWW.Example.org"),
        ("HTTPS://A.Example/X", "HTTPS://A.Example/X"),
        ("http://bücher.example/ä", "http://bücher.example/ä"),
        ("https://مثال.example/خبر", "https://مثال.example/خبر"),
        ("<a href='https://a.example/?a=1&amp;copy=2'>", "https://a.example/?a=1&copy=2"),
        (
            "https://web.archive.org/web/2020/https://a.example/",
            "https://web.archive.org/web/2020/https://a.example/",
        ),
        ("https://a.example/?u=https://b.example/", "https://a.example/?u=https://b.example/"),
        ("https://a.example:8080/#!/a?b", "https://a.example:8080/#!/a?b"),
        ("http://[2606:2800::1]/x", "http://[2606:2800::1]/x"),
        ("https://a.example/it's", "https://a.example/it's"),
        ("http://intranet/page", "http://intranet/page"),
    ],
)
def test_one_url(text: str, expected: str) -> None:
    assert find_urls(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        *("", "no link", "https://", "http:///x", "https://.", "www.", "www.example", "example.org/x"),
        *(
            "ana@www.example.org",
            "javascript:alert(1)",
            "data:text/html,a",
            "mailto:a@a.example",
            "file:///x",
        ),
        *(
            "https://a b",
            "https://[::1",
            "https://a..example/",
            "httpx://a.example",
            "https://" + "a" * 9_000,
        ),
    ],
)
def test_no_url(text: str) -> None:
    assert [url for url in find_urls(text) if url != "https://a"] == []


@given(st.text())
def test_any_text(text: str) -> None:
    assert find_urls(text) == find_urls(text + " ")
    assert find_urls(f"{A} {text}")[0] == A


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "(",
            "[",
            "](",
            "<",
            "http://",
            "https://a.example/(",
            "https://a.example/) ",
            "https://a.example,",
        ),
        *(
            "https://a.example)",
            "https://a.example/[x](",
            "www.",
            "www.a.b (",
            "a,",
            "data:",
            'src="',
            "src = ",
        ),
        *("xmlns:a", "é", "😀", "javascript:'", "\u200b"),
    ],
)
def test_time_grows_with_the_text_only(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    began = time.process_time()
    find_urls(text)
    find_urls(f"https://a.example/{text}")
    assert time.process_time() - began < 2  # a tenth of a second on an idle machine
