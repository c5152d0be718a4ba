"""Take the pictures of `docs/images` from a running installation that has the demo.

    python scripts/screenshots.py [http://127.0.0.1:8000] [--folder docs/images]

Run `make run` first, and `make setup-dev` once for the browser driver. Each page is photographed in the light
and in the dark scheme: an issue in the archive, the email it was sent as, and the sign-up page. The pictures
have few colours each, so that they stay small: a repository keeps every one of them for ever.
"""

import argparse
import os
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PUBLICATION = "coalition-weekly"
ISSUE = "a-line-reopens"
LARGEST = 200_000  # bytes of one picture
COLOURS = (256, 128, 64, 32)  # of the palette: the first with which the picture is small enough
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Page(NamedTuple):
    """A page to photograph, in a window of this many CSS pixels."""

    name: str
    path: str
    width: int
    height: int


PAGES = (
    Page("archive", f"/archive/{PUBLICATION}/{ISSUE}", 1000, 1200),
    Page("email", f"/archive/{PUBLICATION}/{ISSUE}/email", 720, 1200),
    Page("subscribe", f"/subscribe/{PUBLICATION}", 1000, 760),
)
SCHEMES = ("light", "dark")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images.")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000", help="where it runs")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images", help="where they go")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        for path in photograph(options.url.rstrip("/"), options.folder):
            sys.stdout.write(f"{path}  {path.stat().st_size / 1000:.0f} kB\n")
    except (RuntimeError, Error) as error:
        sys.stderr.write(f"{str(error).splitlines()[0]}\n")
        return 1
    return 0


def photograph(url: str, folder: Path) -> list[Path]:
    """Every page in every scheme. Raises `RuntimeError` where a page is missing or a picture too large."""
    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_browser(), args=root)
        try:
            return [
                _write(folder / f"{page.name}-{scheme}.png", _shoot(browser, url, page, scheme))
                for page in PAGES
                for scheme in SCHEMES
            ]
        finally:
            browser.close()


def find_browser() -> str:
    """CHROMIUM, or the system's; `RuntimeError` when there is none."""
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if found is None:
        message = "No Chromium was found: install it, or say where it is with CHROMIUM=…"
        raise RuntimeError(message)
    return found


def _shoot(browser: Browser, url: str, page: Page, scheme: str) -> bytes:
    context = browser.new_context(
        viewport={"width": page.width, "height": page.height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        tab = context.new_page()
        answer = tab.goto(f"{url}{page.path}", wait_until="networkidle")
        if answer is None or not answer.ok:
            status = answer.status if answer else "nothing"
            message = f"{url}{page.path} answers {status}: is the demo loaded (`newsletter demo`)?"
            raise RuntimeError(message)
        return tab.screenshot()
    finally:
        context.close()


def _write(path: Path, octets: bytes) -> Path:
    """Keep the picture with as many colours as fit into `LARGEST` bytes."""
    picture = Image.open(BytesIO(octets)).convert("RGB")
    for colours in COLOURS:
        buffer = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= LARGEST:
            path.write_bytes(buffer.getvalue())
            return path
    message = f"{path.name} is larger than {LARGEST // 1000} kB even with {COLOURS[-1]} colours"
    raise RuntimeError(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
