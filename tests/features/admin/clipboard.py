"""What somebody copies in another program, on the real clipboard of the browser."""

import re
from collections.abc import Sequence
from html import escape

from playwright.sync_api import BrowserContext

from newsletter.document.item import Item

# Another page copies it: what a script puts on the clipboard itself has been made harmless by the browser.
COPIES = """() => {
    window.copied = ["", ""];
    addEventListener("copy", (event) => {
        event.preventDefault();
        const [html, plain] = window.copied;
        if (html) event.clipboardData.setData("text/html", html);
        event.clipboardData.setData("text/plain", plain);
    });
}"""
COPY = "copied => { window.copied = copied; return document.execCommand('copy') }"
WORD_PAGE = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator
content="Microsoft Word 15"><style><!-- p.MsoNormal {{margin:0cm;}} --></style></head>
<body lang=EN-GB><!--StartFragment-->{}<!--EndFragment--></body></html>"""
WORD_ENTRY = """<p class=MsoListParagraph style='margin-left:36.0pt;mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt
"Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]><span lang=EN-GB>{}<o:p></o:p></span></p>"""
DOCS_PAGE = """<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1b2">{}</b><br
class="Apple-interchange-newline">"""
DOCS_PARAGRAPH = """<p dir="ltr" style="line-height:1.38;margin-top:0pt;"><span style="font-size:11pt;
font-weight:400;white-space:pre-wrap;">{}</span></p>"""
DOCS_MARKS = {
    "<b>": '</span><span style="font-weight:700;white-space:pre-wrap">',
    "<i>": '</span><span style="font-weight:400;font-style:italic;white-space:pre-wrap">',
    "</b>": '</span><span style="white-space:pre-wrap">',
    "</i>": '</span><span style="white-space:pre-wrap">',
}
SHEET = """<google-sheets-html-origin><style><!--td {{border: 1px solid #cccccc;}}--></style><table
cellspacing="0" dir="ltr" border="1" data-sheets-root="1"><tbody>{}</tbody></table>"""


class Clipboard:
    """The clipboard that all pages of a browser share; each kind of copying says as what program."""

    def __init__(self, context: BrowserContext) -> None:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        self._page = context.new_page()
        self._page.evaluate(COPIES)

    def copy(self, plain: str, html: str = "") -> None:
        """What a text editor or, with `html`, any other program puts there."""
        assert self._page.evaluate(COPY, [html, plain])

    def copy_from_word(self, markdown: str) -> None:
        paragraphs = (f"<p class=MsoNormal>{part}<o:p></o:p></p>" for part in _paragraphs(markdown))
        self.copy(bare(markdown), WORD_PAGE.format("\n".join(paragraphs)))

    def copy_list_from_word(self, statements: Sequence[str]) -> None:
        entries = "\n".join(WORD_ENTRY.format(_marked(statement)) for statement in statements)
        self.copy("\n".join(f"·\t{bare(statement)}" for statement in statements), WORD_PAGE.format(entries))

    def copy_from_docs(self, markdown: str) -> None:
        """As Google Docs does, with an empty line between paragraphs."""
        paragraphs = "<br />".join(DOCS_PARAGRAPH.format(part) for part in _paragraphs(markdown))
        for tag, styled in DOCS_MARKS.items():
            paragraphs = paragraphs.replace(tag, styled)
        self.copy(bare(markdown), DOCS_PAGE.format(paragraphs))

    def copy_from_page(self, stories: Sequence[Item]) -> None:
        """Linked headlines of a page of the web."""
        links = (f'<li><a href="{item.url}">{escape(item.headline)}</a></li>' for item in stories)
        self.copy("\n".join(item.headline for item in stories), f"<ul>{''.join(links)}</ul>")

    def copy_from_sheet(self, stories: Sequence[Item]) -> None:
        """Two columns of a spreadsheet: headlines and addresses."""
        rows = [(item.headline, item.url) for item in stories]
        cells = ("".join(f'<td style="padding:2px 3px">{escape(cell)}</td>' for cell in row) for row in rows)
        html = SHEET.format("".join(f"<tr>{row}</tr>" for row in cells))
        self.copy("\n".join("\t".join(row) for row in rows), html)


def bare(markdown: str) -> str:
    """The words alone, as a program gives them beside its HTML."""
    return re.sub(r"\[(.+?)\]\(.+?\)", r"\1", markdown.replace("*", ""))


def _paragraphs(markdown: str) -> list[str]:
    return [_marked(part).replace("\n", "<br>") for part in markdown.split("\n\n")]


def _marked(markdown: str) -> str:
    html = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(markdown, quote=False))
    html = re.sub(r"\*(.+?)\*", r"<i>\1</i>", html)
    return re.sub(r"\[(.+?)\]\((.+?)\)", r'<a href="\2">\1</a>', html)
