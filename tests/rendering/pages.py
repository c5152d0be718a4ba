"""Pages to inline, and what became of them."""

from lxml import etree


def page(body: str, css: str = "", head: str = "") -> str:
    style = f"<style>{css}</style>" if css else ""
    head = f"<head><title>T</title>{head}{style}</head>"
    return f'<!doctype html>\n<html lang="en">{head}<body>{body}</body></html>'


def style_of(html: str, tag: str) -> str:
    found = etree.fromstring(html, etree.HTMLParser()).find(f".//{tag}")
    assert found is not None
    style: str = found.get("style", "")
    return style
