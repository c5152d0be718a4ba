"""The small rules that reading a page is made of: dates, bylines, credits, headlines, outlets, languages."""

import pytest

from newsletter.pages.bylines import clean_author, clean_visible, join_names, prefer_wire_credit
from newsletter.pages.credits import clean_credit, split_credit
from newsletter.pages.dates import find_date, is_date_line, iso_date
from newsletter.pages.headlines import choose_headline, without_outlet
from newsletter.pages.languages import language_tag
from newsletter.pages.outlets import fits_host, registrable_host
from newsletter.pages.pictures import is_same_picture
from newsletter.pages.plain import cut_at_word, plain_line

URL = "https://www.harbourgazette.example/news/ferry"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-27T08:15:00+01:00", "2026-11-27T08:15:00+01:00"),
        ("2026-11-27T08:15:00.123Z", "2026-11-27T08:15:00+00:00"),
        ("2026-11-27T08:15:00+0100", "2026-11-27T08:15:00+01:00"),
        ("2026-11-27 08:15:00 UTC", "2026-11-27T08:15:00+00:00"),
        ("2026-11-27T08:15", "2026-11-27T08:15"),
        ("2026-11-27T00:00:00", "2026-11-27"),
        ("20261127", "2026-11-27"),
        ("2026/11/27", "2026-11-27"),
        ("Fri, 27 Nov 2026 08:15:00 GMT", "2026-11-27T08:15:00+00:00"),
        ("November 27, 2026", "2026-11-27"),
        ("1970-01-01T00:00:00Z", ""),
        ("0001-01-01", ""),
        ("2026-13-40", ""),
        ("yesterday", ""),
        ("", ""),
        ("9" * 5_000, ""),
    ],
)
def test_dates_of_metadata(text: str, iso: str) -> None:
    assert iso_date(text) == iso


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Published 27 November 2026 at 8.15am", "en", "2026-11-27"),
        ("Nov. 27th, 2026", "en-US", "2026-11-27"),
        ("27. November 2026, 08:15 Uhr", "de", "2026-11-27"),
        ("27.11.2026", "de", "2026-11-27"),
        ("le 1er août 2026", "fr", "2026-08-01"),
        ("27 de noviembre de 2026", "es", "2026-11-27"),
        ("27 de novembro de 2026", "pt-BR", "2026-11-27"),
        ("27 novembre 2026", "it", "2026-11-27"),
        ("27 ноября 2026, 08:15", "ru", "2026-11-27"),
        ("٢٧ نوفمبر ٢٠٢٦", "ar", "2026-11-27"),
        ("27 تشرين الثاني 2026", "ar", "2026-11-27"),
        ("27 בנובמבר 2026", "he", "2026-11-27"),
        ("2026年11月27日", "ja", "2026-11-27"),
        ("2026년 11월 27일", "ko", "2026-11-27"),
        ("27 listopada 2026", "pl", "2026-11-27"),
        ("03/04/2026", "en-US", "2026-03-04"),
        ("03/04/2026", "en-GB", "2026-04-03"),
        ("03/04/2026", "fr", "2026-04-03"),
        ("03/04/2026", "en", ""),
        ("27/11/2026", "en", "2026-11-27"),
        ("31 February 2026", "en", ""),
        ("Room 2026, 27 people", "en", ""),
    ],
)
def test_dates_of_texts(text: str, language: str, day: str) -> None:
    assert find_date(text, language) == day


@pytest.mark.parametrize(
    ("line", "language", "is_line"),
    [
        ("Thursday, November 5, 2026", "en", True),
        ("Thu 26 Nov 2026 05.31 ACDT", "en-AU", True),
        ("vendredi 27 novembre 2026", "fr", True),
        ("٢٧ نوفمبر ٢٠٢٦", "ar", True),
        ("2026年11月27日 8時15分", "ja", True),
        ("Born 12 March 1931. Died 2 November 2026.", "en", False),
        ("612 tires, most since 1 May 2021", "en", False),
        ("3 March 1987 was the day on which the old ferry sank", "en", False),
        ("Thursday", "en", False),
    ],
)
def test_a_line_that_is_a_date(line: str, language: str, *, is_line: bool) -> None:
    assert is_date_line(line, language) is is_line


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("By JANE DOE", "JANE DOE"),
        ("Jane Doe jane@harbourgazette.example", "Jane Doe"),
        ("De Vries", "De Vries"),
        ("https://www.facebook.com/harbourgazette", ""),
        ("jane@harbourgazette.example", ""),
        ("The Harbour Gazette", ""),
        ("admin", ""),
        ("@janedoe", ""),
        ("—", ""),
    ],
)
def test_an_author_of_metadata(name: str, cleaned: str) -> None:
    assert clean_author(name, "Harbour Gazette") == cleaned


@pytest.mark.parametrize(
    ("line", "language", "names"),
    [
        ("By Jane Doe and Bo Lee", "en", "Jane Doe and Bo Lee"),
        ("By Jane Doe with AP", "en", "Jane Doe with AP"),
        ("By Jane Doe, Transport reporter", "en", "Jane Doe"),
        ("By Jane Doe | 27 November 2026", "en", "Jane Doe"),
        ("By Jane Doe, Harbour Gazette", "en", "Jane Doe"),
        ("Jane Doe 5 min read", "en", "Jane Doe"),
        ("Von Käthe Söhnlein, dpa", "de", "Käthe Söhnlein, dpa"),
        ("Par Camille Le Goff", "fr", "Camille Le Goff"),
        ("Por Ana Ruiz / EFE", "es", "Ana Ruiz / EFE"),
        ("di Giulia Ferrarini", "it", "Giulia Ferrarini"),
        ("Door Wim de Groot", "nl", "Wim de Groot"),
        ("Av Åsa Lindholm", "sv", "Åsa Lindholm"),
        ("Автор: Анна Лебедева", "ru", "Анна Лебедева"),
        ("بقلم: سلمى الخطيب", "ar", "سلمى الخطيب"),
        ("מאת נועה ברקת", "he", "נועה ברקת"),
        ("記者：高橋 由美", "ja", "高橋 由美"),
        ("Di Stefano", "en", "Di Stefano"),
        ("Harbour Gazette", "en", ""),
        ("Photo by Jo Kent", "en", ""),
    ],
)
def test_a_byline_that_people_see(line: str, language: str, names: str) -> None:
    assert clean_visible(line, language, "Harbour Gazette") == names


def test_names_are_joined_as_the_language_does() -> None:
    assert join_names(["Ann Ox", "Bo Lee", "ann ox", "Cy Po"], "en-GB") == "Ann Ox, Bo Lee and Cy Po"
    assert join_names(["Ann Ox", "Bo Lee"], "de") == "Ann Ox, Bo Lee"
    assert len(join_names([f"Name Number {n}" for n in range(99)], "en")) <= 120


def test_the_wire_is_kept() -> None:
    assert prefer_wire_credit("Jane Doe", "Jane Doe with AP") == "Jane Doe with AP"
    assert prefer_wire_credit("Jane Doe", "Jane Doe in Paris") == "Jane Doe"
    assert prefer_wire_credit("Jane Doe", "Bo Lee with AP") == "Jane Doe"


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("A ferry. Photo: Jane Doe", "A ferry.", "Jane Doe"),
        ("A ferry (Photo by Jane Doe/Getty Images)", "A ferry", "Jane Doe/Getty Images"),
        ("A ferry. (AP Photo/Jane Doe)", "A ferry.", "AP Photo/Jane Doe"),
        ("A ferry. Jane Doe/Reuters", "A ferry.", "Jane Doe/Reuters"),
        ("A ferry | Image credit: Port Office", "A ferry", "Port Office"),
        ("A ferry © 2026 Jane Doe", "A ferry", "Jane Doe"),
        ("Photograph: Jane Doe/The Warden", "", "Jane Doe/The Warden"),
        ("Eine Fähre. Foto: Käthe Söhnlein/dpa", "Eine Fähre.", "Käthe Söhnlein/dpa"),
        ("Le bac. Photographie : Nolwenn Tanguy", "Le bac.", "Nolwenn Tanguy"),
        ("Паром. Фото: Игорь Сомов / ТАСС", "Паром.", "Игорь Сомов / ТАСС"),
        ("العبارة. تصوير: كريم منصور", "العبارة.", "كريم منصور"),
        ("渡船＝27日、田中誠撮影", "渡船＝27日", "田中誠"),
        ("The source, open 24/7 (and/or closed)", "The source, open 24/7 (and/or closed)", ""),
        ("The mayor (left) and the photographer", "The mayor (left) and the photographer", ""),
        ("A photo taken by nobody", "A photo taken by nobody", ""),
        ("Credit: https://example.org/x", "Credit: https://example.org/x", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_caption_and_credit(text: str, caption: str, credit: str) -> None:
    assert split_credit(text) == (caption, credit)


def test_a_marked_credit_needs_no_label() -> None:
    assert clean_credit("Image source, Getty Images") == "Getty Images"
    assert clean_credit("Copyright © 2026 Port Office. All rights reserved.") == "Port Office"


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Ferry back | Harbour Gazette", "Ferry back"),
        ("Ferry back - The Harbour Gazette", "Ferry back"),
        ("Ferry back | Local | Harbour Gazette", "Ferry back"),
        ("Harbour Gazette: Ferry back", "Ferry back"),
        ("Harbour Gazette » Ferry back", "Ferry back"),
        ("Ferry – back at last", "Ferry – back at last"),
        ("North-South ferry: back | at last", "North-South ferry: back | at last"),
    ],
)
def test_a_headline_without_its_outlet(title: str, headline: str) -> None:
    assert without_outlet(title, "Harbour Gazette", URL) == headline


def test_which_headline_is_believed() -> None:
    rest = {"microdata": "", "title": "Ferry 2026: all you need"}
    confirmed = choose_headline(visible="Ferry is back", json_ld="Ferry is back", open_graph="OMG", **rest)
    alone = choose_headline(visible="Our news", json_ld="", open_graph="Ferry is back", **rest)
    cut = choose_headline(
        visible="Ferry is back after ni…", json_ld="Ferry is back after nine years", open_graph="", **rest
    )
    kicker = choose_headline(visible="Sea Ferry is back", json_ld="Ferry is back", open_graph="", **rest)
    assert (confirmed, alone) == ("Ferry is back", "Ferry is back")
    assert (cut, kicker) == ("Ferry is back after nine years", "Ferry is back")
    assert (
        choose_headline(visible="Only this", json_ld="", open_graph="", microdata="", title="") == "Only this"
    )


@pytest.mark.parametrize(
    ("name", "url", "fits"),
    [
        ("Harbour Gazette", URL, True),
        ("Fördeblatt", "https://foerdeblatt.example/", True),
        ("Continental Wire News", "https://cwn.example/", True),
        ("Politics", URL, False),
        ("The", URL, False),
    ],
)
def test_a_name_that_the_address_repeats(name: str, url: str, *, fits: bool) -> None:
    assert fits_host(name, url) is fits


def test_the_host_that_a_site_is_known_by() -> None:
    assert registrable_host("https://www.news.example.co.uk/x") == "example.co.uk"
    assert registrable_host("https://www.washingtonpost.com") == "washingtonpost.com"
    assert registrable_host("https://ann.substack.com") == "ann.substack.com"


@pytest.mark.parametrize(
    ("tag", "bcp47"),
    [
        ("de_AT", "de-AT"),
        ("EN-gb", "en-GB"),
        ("zh-hans-CN", "zh-Hans-CN"),
        ("German", "de"),
        ("en, fr", ""),
        ("", ""),
    ],
)
def test_language_tags(tag: str, bcp47: str) -> None:
    assert language_tag(tag) == bcp47


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/ferry-1024x683.jpg", "https://a.example/ferry.jpg", True),
        ("https://i.example/r?url=https%3A%2F%2Fa.example%2Fferry.jpg", "https://a.example/ferry.jpg", True),
        ("https://a.example/3b1f0c/0_200_60/6.jpg?w=1", "https://a.example/3b1f0c/0_9/master/5.jpg", True),
        ("https://a.example/ferry.jpg", "https://a.example/quay.jpg", False),
        ("https://a.example/1.jpg", "https://b.example/1.jpg", False),
    ],
)  # fmt: skip
def test_one_picture_in_two_sizes(one: str, other: str, *, same: bool) -> None:
    assert is_same_picture(one, other) is same


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("  Fish &amp;amp; chips\n", "Fish & chips"),
        ("<p>Fish <b>and</b> chips</p>", "Fish and chips"),
        ("1 <3 and 5> 4", "1 <3 and 5> 4"),
        ("pay\u200bpal \u202egpj.exe\0", "paypal gpj.exe"),
        ("soft\u00adly", "softly"),
        (None, ""),
        (["x"], ""),
        (True, ""),
    ],
)
def test_plain_lines(value: object, line: str) -> None:
    assert plain_line(value) == line


def test_a_long_line_is_cut_between_words() -> None:
    assert cut_at_word("one two three four", 12) == "one two…"
    assert len(cut_at_word("x" * 500, 300)) == 300
