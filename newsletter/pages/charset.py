"""The text of a page's octets: by its byte order mark, its header, its `meta`, else by detection."""

from newsletter.core.charsets import text_charset
from newsletter.pages.response import Response

DETECT_FROM = 60_000  # octets by which a charset is detected
# Pages in others are unheard of, and short texts are too easily taken for one of them.
WEB_CHARSETS = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "iso8859_2",
    "cp932", "euc_jp", "gb18030", "big5hkscs", "cp949", "utf_16",
)  # fmt: skip
MOST_BROKEN = 0.002  # the share of characters that may be broken before a declared charset is not believed


def decode_html(response: Response) -> str:
    """The text of an answer, never failing: what cannot be read comes as U+FFFD."""
    from w3lib.encoding import html_body_declared_encoding, html_to_unicode, read_bom

    body = response.body
    charset = response.charset if text_charset(response.charset) else ""
    if not charset and (of_page := html_body_declared_encoding(body)) and not text_charset(of_page):
        charset = _detect(body) or "utf-8"  # instead of what the page declares
    header = f"text/html; charset={charset}" if charset else None
    charset, text = html_to_unicode(header, body, auto_detect_fun=_detect)
    if read_bom(body)[0] is None and text.count("\ufffd") > MOST_BROKEN * len(text):
        return _decode_detected(body, text, charset)
    return text


def _decode_detected(body: bytes, text: str, declared: str) -> str:
    """The text in the charset that fits best, where the declared one does not."""
    detected = _detect(body)
    if not detected or detected == declared:
        return text
    other = body.decode(detected, "replace")
    return other if other.count("\ufffd") < text.count("\ufffd") else text


def _detect(body: bytes) -> str | None:
    from charset_normalizer import from_bytes

    beginning = body[:DETECT_FROM]
    try:
        body[:1_000_000].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(body[:1_000_000]) - 4:
            return "utf-8"
    else:
        return "utf-8"
    best = from_bytes(beginning, cp_isolation=list(WEB_CHARSETS)).best()
    return best.encoding if best else None
