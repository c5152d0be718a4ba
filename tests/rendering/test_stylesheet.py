"""Stylesheet: what can become a style attribute, and what has to stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.stylesheet import Stylesheet, named_classes, parse_rules, split_stylesheet

USED = frozenset({".a", ".b", "#top", ".sm:full"})


def test_plain_rules_are_inlinable() -> None:
    assert split_stylesheet("p, .a > b { color : red; margin:0 }", USED) == Stylesheet(
        ("p,.a > b{color : red;margin:0}",), ""
    )


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("a:hover{color:red}", "a:hover{color:red !important}"),
        (".a::before{content:';'; color:red}", '.a::before{content:";" !important;color:red !important}'),
        ("a:hover{color:red !important}", "a:hover{color:red !important}"),
        ("u + .body .a{color:red}", "u + .body .a{color:red !important}"),
        ("[data-ogsc] .a{color:#fff}", "[data-ogsc] .a{color:#fff !important}"),
        (".ExternalClass{width:100%}", ".ExternalClass{width:100% !important}"),
        ("#outlook a{padding:0}", "#outlook a{padding:0 !important}"),
        ("*{box-sizing:border-box}", "*{box-sizing:border-box}"),
        ("@font-face{font-family:X;src:url(x;y)}", "@font-face{font-family:X;src:url(x;y)}"),
        ("@import url(https://f.example/a;b.css);", "@import url(https://f.example/a;b.css);"),
        ("@keyframes k{from{top:0}to{top:1px}}", "@keyframes k{from{top:0}to{top:1px}}"),
        ("@media (max-width:9px){.a{color:red}}", "@media (max-width:9px){.a{color:red !important}}"),
        (
            "@supports (display:grid){@media print{.a{color:red}}}",
            "@supports (display:grid){@media print{.a{color:red !important}}}",
        ),
        ("@media print{.sm\\:full{color:red}}", "@media print{.sm\\:full{color:red !important}}"),
    ],
)
def test_what_depends_on_the_reader_stays(css: str, kept: str) -> None:
    assert split_stylesheet(css, USED) == Stylesheet((), kept)


def test_a_list_of_selectors_is_parted() -> None:
    css = "a, a:hover, li:first-child, [href*='x'], [title='x,y'], a[href^='https:'] { color: red }"
    parts = split_stylesheet(css, USED)
    assert parts.inlinable == ('a,li:first-child,[href*="x"]{color: red}',)
    assert parts.kept == 'a:hover,[title="x,y"],a[href^="https:"]{color: red !important}'


@pytest.mark.parametrize(
    "css",
    [
        "@media print{.unused{color:red}}",
        ".unused:hover{color:red}",
        ".unused p,#gone{color:red}",
        "@media print{.a .unused{color:red}}",
        "@media print{#gone{color:red}}",
        "@media print{}",
        "@charset 'utf-8';",
        "/* a comment; { */",
        "",
    ],
)
def test_rules_for_what_the_document_has_not_are_left_out(css: str) -> None:
    assert split_stylesheet(css, USED) == Stylesheet((), "")


def test_classes_behind_not_need_not_be_there() -> None:
    assert (
        split_stylesheet(".a:not(.unused){color:red}", USED).kept == ".a:not(.unused){color:red !important}"
    )


def test_braces_in_strings_and_comments_mean_nothing() -> None:
    css = """/* } */ .a::after { content: "}{;" } b { color: red /* ; */ }"""
    assert blocks(css) == [(".a::after", 'content: "}{;"'), ("b", "color: red")]


def test_what_is_left_open_is_closed() -> None:
    css = ".b { color: blue } @media print { .a { color: red"
    assert split_stylesheet(css, USED).kept == "@media print{.a{color: red !important}}"


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("} a{color:red} b{color:blue}", [("b", "color:blue")]),
        ("a{color:'x\n;margin:0}", [("a", "margin:0")]),
        ("a{background:url(x y z);margin:0}", [("a", "margin:0")]),
        ("a{nonsense;margin:0}", [("a", "margin:0")]),
        ("a{margin:calc(1px + ]);color:red}", [("a", "color:red")]),
        ("@page{margin:0)}a{color:red}", [("a", "color:red")]),
        ("a{color:red} b", [("a", "color:red")]),
        ('a{margin:0;content:"x', [("a", "margin:0")]),
        ("{color:red}", []),
        ("<!-- a{color:red} -->", [("a", "color:red")]),
    ],
)
def test_what_is_invalid_is_left_out(css: str, left: list[tuple[str, str]]) -> None:
    assert blocks(css) == left


def blocks(css: str) -> list[tuple[str, str | None]]:
    """The rules of `css` as pairs of prelude and block."""
    return [(rule.prelude, rule.block) for rule in parse_rules(css)]


def test_classes_are_found_with_their_escapes() -> None:
    assert named_classes(".a.b > #c .sm\\:full:hover{x:y}") == {"a", "b", "sm:full"}


@given(st.text(alphabet="ab.#:@{}();,'\"/*\\ !\n", max_size=60))
def test_no_stylesheet_makes_it_stumble(css: str) -> None:
    parts = split_stylesheet(css, USED)
    for half in ("\n".join(parts.inlinable), parts.kept):
        assert parse_rules(half) is not None
