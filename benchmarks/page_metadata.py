"""What a page of 10 MB costs whoever reads it, in CPU time and memory: 2 s and 200 MB at most."""

import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from newsletter.pages.read import read_response
from newsletter.pages.response import Response
from tests.pages.hostile_pages import HOSTILE

SIZE = 10_000_000
MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
PARAGRAPH = f"<p>{'The ferry across the bay reopened on Friday after nine years. ' * 6}</p>"
PAGES = {"an article": PARAGRAPH, **HOSTILE}


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read_page(name: str) -> str:
    """CPU time and memory of one page, in a process that has read another before."""
    read_response(Response("https://a.example/x", 200, {}, b"<h1>A</h1><p>B</p>", "text/html"))
    piece = PAGES[name].encode()
    body = b"<html><body><h1>Ferry</h1>" + piece * (SIZE // len(piece))
    before, began = peak(), time.process_time()
    read_response(Response("https://a.example/x", 200, {}, body, "text/html"))
    seconds, megabytes = time.process_time() - began, peak() - before
    verdict = "met" if seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES else "MISSED"
    return f"  {name:<16}{seconds:>6.2f} s{megabytes:>8.0f} MB   {verdict}"


def main() -> None:
    """One process for each page, so that each has its own peak."""
    print(f"A page of {SIZE // 1_000_000} MB: at most {MOST_SECONDS:g} s and {MOST_MEGABYTES:g} MB")
    for name in PAGES:
        command = [sys.executable, __file__, name]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout, end="")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(read_page(sys.argv[1]))
    else:
        main()
