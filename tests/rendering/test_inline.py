"""Inline: one test for each thing that premailer, lxml or cssutils would do to a message if they were let."""

import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from newsletter.rendering.inline import inline
from newsletter.rendering.slots import Slot, SlotTable
from tests.rendering.pages import page, style_of


def test_rules_become_style_attributes_and_leave_the_head() -> None:
    html = inline(page("<p class='a'>x</p>", "p{margin:0;color:red} .a{color:blue}"))
    assert '<p style="margin:0;color:blue">x</p>' in html
    assert "<style" not in html


def test_important_inside_media_stays() -> None:
    html = inline(page("<p class='a'>x</p>", "@media (max-width:600px){.a{color:red !important}}"))
    assert "@media (max-width:600px){.a{color:red !important}}" in html


def test_important_outside_media_is_inlined_with_its_weight() -> None:
    assert style_of(inline(page("<p>x</p>", "p{color:red !important}")), "p") == "color:red !important"


def test_media_rules_win_against_the_style_attributes_they_compete_with() -> None:
    html = inline(page("<p class='a'>x</p>", ".a{color:red} @media print{.a{color:black}}"))
    assert "@media print{.a{color:black !important}}" in html


def test_media_in_the_body_moves_to_the_head() -> None:
    html = inline(page("<style>@media print{p{color:red}} p{margin:0}</style>after<p>x</p>"))
    head, _, body = html.partition("</head>")
    assert "@media print{p{color:red !important}}" in head
    assert "<style" not in body
    assert "after" in body, "the text after a stylesheet was lost"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!doctype html>",
        "<!DOCTYPE html>",
        '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">',
    ],
)
def test_the_doctype_is_kept_as_written(doctype: str) -> None:
    html = inline(f"\n{doctype}\n<html><body>x</body></html>")
    assert html.startswith(f"{doctype}\n<html>")
    assert html.lower().count("<!doctype") == 1


def test_a_missing_doctype_is_added() -> None:
    assert inline("<html><body>x</body></html>").startswith("<!doctype html>\n<html>")


def test_font_faces_stay() -> None:
    css = "@font-face{font-family:N;src:url(https://f.example/n.woff2?a=1&b)}"
    assert css in inline(page("x", css))


def test_rules_for_single_mail_programs_stay() -> None:
    html = inline(page("<p class='a'>x</p>", "u + .body .a{color:red} .ExternalClass{width:100%}"))
    assert "u + .body .a{color:red !important}" in html
    assert ".ExternalClass{width:100% !important}" in html


def test_an_ignored_stylesheet_stays_word_for_word() -> None:
    css = "\n  .nobody   { color : red }\n"
    html = inline(page("x", head=f'<style data-premailer="ignore">{css}</style>'))
    assert f"<style>{css}</style>" in html


def test_a_stylesheet_for_print_stays() -> None:
    html = inline(page("<p>x</p>", head='<style media="print">p{color:black}</style>'))
    assert '<style media="print">p{color:black}</style>' in html
    assert style_of(html, "p") == ""


def test_nothing_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls: list[object] = []

        def answer() -> None:
            try:
                connection, caller = server.accept()
            except OSError:
                return
            calls.append(caller)
            connection.close()

        listener = threading.Thread(target=answer, daemon=True)
        listener.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.css"
        html = inline(page("<p>x</p>", f"@import url({url});", head=f'<link rel="stylesheet" href="{url}">'))
        assert not calls
        assert f'<link rel="stylesheet" href="{url}">' in html
        with socket.create_connection(server.getsockname()):
            listener.join(5)
    assert len(calls) == 1, "the listener would have seen a call"


def test_unknown_properties_are_inlined_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        html = inline(
            page(
                "<p style='mso-ansi-font-size:9pt'>x</p>",
                "p{mso-line-height-rule:exactly;width:clamp(1px,2vw,3px)}",
            )
        )
    style = style_of(html, "p")
    assert "mso-line-height-rule:exactly" in style
    assert "mso-ansi-font-size:9pt" in style
    assert "clamp(1px" in style
    assert not caplog.records


def test_classes_that_css_still_names_stay_and_others_go() -> None:
    css = ".a,.b{color:red} @media print{.a{color:black}}"
    html = inline(page("<p class='a b c'>x</p><i class='b'>y</i>", css))
    assert '<p class="a"' in html
    assert '<i style="color:red">' in html


def test_classes_named_in_conditional_comments_stay() -> None:
    html = inline(page("<p class='a b'>x</p>", head="<!--[if mso]><style>.a{color:red}</style><![endif]-->"))
    assert '<p class="a">' in html


def test_words_beside_the_css_of_a_conditional_comment_do_not_hide_it() -> None:
    comment = "<!--[if mso]>Outlook's own <style type='text/css'>.a{color:red}</style><![endif]-->"
    assert '<p class="a">' in inline(page("<p class='a b'>x</p>", head=comment))


def test_every_class_stays_when_a_selector_may_mean_any() -> None:
    html = inline(page("<p class='a b'>x</p>", "@media print{[class*='col']{color:red}}"))
    assert '<p class="a b">' in html


@pytest.mark.parametrize(
    "conditional",
    [
        '<!--[if mso]><table width="600"><tr><td><![endif]-->',
        "<!--[if (gte mso 9)|(IE)]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->",
        "<!--[if mso]><style>p{color:red}</style><![endif]-->",
        "<!--[if !mso]><!--><b>others</b><!--<![endif]-->",
    ],
)
def test_conditional_comments_survive_and_their_css_is_not_applied(conditional: str) -> None:
    html = inline(page(f"<p>x</p>{conditional}<p>y</p>"))
    assert conditional in html
    assert style_of(html, "p") == ""


def test_a_bare_condition_becomes_the_form_that_parsers_leave_alone() -> None:
    html = inline(page("<![if !mso]><b>others</b><![endif]>"))
    assert "<!--[if !mso]><!--><b>others</b><!--<![endif]-->" in html


def test_conditional_comments_around_the_document_survive() -> None:
    html = inline(
        "<!--[if mso]><x><![endif]--><!-- no --><html><body>x</body></html><!--[if mso]></x><![endif]-->"
    )
    assert html == (
        "<!doctype html>\n<!--[if mso]><x><![endif]-->\n<html><head></head><body>x</body></html>\n"
        "<!--[if mso]></x><![endif]-->"
    )


def test_other_comments_go_but_not_the_text_after_them() -> None:
    assert "<body>abc</body>" in inline(page("a<!-- note -->b<!-- note -->c"))
    assert "<body>a<b>b</b>cd<i>e</i></body>" in inline(page("a<b>b</b>c<!-- note -->d<i>e</i>"))


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/?a=1&amp;b=2&amp;copy=3",
        "https://x.example/a;b,c/(d)'e!~*$@:[f]{g}|h^i`?q#frag",
        "mailto:a@b.example?subject=Hi%20there&amp;body=x%2By",
        "https://x.example/%D7%A9?already=%20encoded",
        "tel:+39123",
        "#anchor",
    ],
)
def test_urls_stay_as_they_are(url: str) -> None:
    assert f'<a href="{url}">' in inline(page(f'<a href="{url}">x</a>'))


def test_an_idn_host_becomes_a_labels() -> None:
    html = inline(page('<a href="https://user@bücher.example:80/ü?ö">x</a>'))
    assert 'href="https://user@xn--bcher-kva.example:80/%C3%BC?%C3%B6"' in html


def test_placeholders_pass_everywhere() -> None:
    slots = SlotTable()
    marks = [slots.placeholder(Slot(f"f{number}")) for number in range(4)]
    body = f'<a href="{marks[0]}?x={marks[1]}&amp;y" title="{marks[2]}">{marks[3]}</a>'
    assert body in inline(page(body, "a{color:red}")).replace(' style="color:red"', "")


def test_emoji_direction_and_entities_survive() -> None:
    html = inline(
        page(
            '<p dir="rtl" title="a &quot;b&quot;">שלום 👩‍👩‍👧 &lt;b&gt; &amp;amp; &nbsp;&zwnj;&#847;&rlm;</p>'
        )
    )
    assert "שלום 👩‍👩‍👧 &lt;b&gt; &amp;amp; \xa0\u200c\u034f\u200f</p>" in html
    assert 'dir="rtl"' in html
    root = etree.fromstring(html, etree.HTMLParser())
    assert root.find(".//p").get("title") == 'a "b"'


def test_an_outlook_width_is_not_overwritten_by_css() -> None:
    html = inline(
        page('<img src="a.png" width="600" alt="">', "img{width:100%;height:auto;background-color:#fff}")
    )
    assert '<img src="a.png" width="600" alt="" style="width:100%;height:auto;background-color:#fff">' in html


def test_indentation_goes_and_preformatted_text_stays() -> None:
    paragraph = "\n\n      <p>\n      a   b\n      </p>\n"
    html = inline(page(f"{paragraph}<pre>  c\n    d</pre><p style='white-space:pre'>e   f</p>"))
    assert "<body>\n<p>\na b\n</p>\n<pre>  c\n    d</pre>" in html
    assert ">e   f</p>" in html


def test_a_style_with_the_text_of_a_selector_confuses_nothing() -> None:
    assert style_of(inline(page("<p style='p'>x</p>", "p{color:red}")), "p") == "color:red"
    assert style_of(inline(page("<p>x</p>", "color:red")), "p") == ""
    assert style_of(inline(page("<p>x</p>", "p{color:red}")), "p") == "color:red"


def test_threads_do_not_disturb_one_another() -> None:
    pages = [
        page("<p class='a'>x</p>", f".a{{margin:{number}px}} p{{color:red}}" * 5) for number in range(1, 41)
    ]
    with ThreadPoolExecutor(8) as pool:
        inlined = list(pool.map(inline, pages))
    assert [style_of(html, "p") for html in inlined] == [
        f"color:red;margin:{number}px" for number in range(1, 41)
    ]


def test_inlining_twice_changes_nothing() -> None:
    once = inline(
        page(
            "<p class='a'>x &amp; y</p>",
            ".a{color:red} a:hover{color:blue} @media print{.a{margin:0}} *{top:0}",
        )
    )
    assert inline(once) == once


def test_control_characters_are_left_out() -> None:
    page = "<html><body><p>a\x00\x08\x0b\x1d\ud800\uffffb</p></body></html>"
    assert "<p>ab</p>" in inline(page)
