"""Title and date of PDFs, and PDFs that cannot be read."""

import io
import time

import pytest
from pypdf import PdfWriter

from newsletter.pages.page import PageFields, Trouble
from newsletter.pages.pdf import PdfUnreadable, read_pdf
from newsletter.pages.read import read_response
from newsletter.pages.response import Response

URL = "https://www.ruralwater.example/reports/wells-2026.pdf"


def pdf(*, password: str | None = None, **information: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_metadata({f"/{name}": value for name, value in information.items()})
    if password is not None:
        writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_title_and_date() -> None:
    body = pdf(Title="Nitrate in  private\nwells", CreationDate="D:20261005090000-05'00'", Author="hosgood")
    page = read_response(Response(URL, 200, {}, body, "application/pdf"))
    assert page.trouble is Trouble.NONE
    assert page.fields == PageFields(
        headline="Nitrate in private wells", published="2026-10-05T09:00:00-05:00"
    )


@pytest.mark.parametrize("title", ["Microsoft Word - draft3.doc", "untitled", "report_final.indd", ""])
def test_names_that_programs_give_are_no_titles(title: str) -> None:
    assert read_pdf(pdf(Title=title)) == PageFields()


def test_a_password_that_is_empty_hinders_nobody() -> None:
    assert read_pdf(pdf(Title="Open to all", password="")).headline == "Open to all"


def test_a_pdf_that_is_called_otherwise() -> None:
    page = read_response(Response(URL, 200, {}, pdf(Title="Wells"), "application/octet-stream"))
    assert page.fields.headline == "Wells"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (pdf(Title="Secret", password="secret"), "PDF, encrypted"),
        (b"%PDF-1.7\nand then nothing", "PDF, broken"),
        (b"", "PDF, broken"),
        (pdf(Title="Cut")[:300], "PDF, broken"),
    ],
)
def test_a_pdf_that_tells_nothing(body: bytes, detail: str) -> None:
    page = read_response(Response(URL, 200, {}, body, "application/pdf"))
    assert (page.trouble, page.detail, page.fields) == (Trouble.NOT_HTML, detail, PageFields())


@pytest.mark.parametrize(
    "filling", [b"1 0 obj<</Type/X>>endobj\n", b"trailer<<", b"startxref\n5\n%%EOF\n", b"\0"]
)
def test_a_large_broken_pdf_is_given_up_soon(filling: bytes) -> None:
    body = b"%PDF-1.7\n" + filling * (5_000_000 // len(filling))
    began = time.process_time()
    with pytest.raises(PdfUnreadable):
        read_pdf(body)
    assert time.process_time() - began < 0.5


def test_a_large_pdf_with_a_table_is_read() -> None:
    body = pdf(Title="Wells", Keywords="k" * 600_000)
    assert read_pdf(body).headline == "Wells"
