"""An email as its readers may see it: in a light or dark scheme, with or without images."""

import re

from flask import request

_STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
_SCHEMES = re.compile(r'<meta name="(?:supported-)?color-schemes?" content="light dark">')
_ASKS_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_IMAGE_SOURCE = re.compile(r'(<img\b[^>]*?)\s(?:src|srcset)="[^"]*"')
_ALWAYS, _NEVER = "(min-width:0px)", "(max-width:0px)"


def asked_scheme() -> str:
    """The scheme in the query, `light` or `dark`."""
    return "dark" if request.args.get("scheme") == "dark" else "light"


def in_scheme(html: str, scheme: str) -> str:
    """The email as a program in the light or dark scheme shows it, whatever this browser is set to.

    An approximation: programs that turn colours around by themselves do it each in their own way.
    """
    answer = _ALWAYS if scheme == "dark" else _NEVER

    def settle(style: re.Match[str]) -> str:
        return _ASKS_DARK.sub(answer, style[0]).replace("color-scheme: light dark", f"color-scheme: {scheme}")

    settled = _STYLE.sub(settle, html)
    return _SCHEMES.sub(lambda meta: meta[0].replace("light dark", scheme), settled)


def without_images(html: str) -> str:
    """The email with the words that stand for its images, as it is until a reader asks for them."""
    return _IMAGE_SOURCE.sub(r"\1", html)
