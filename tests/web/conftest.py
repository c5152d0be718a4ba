"""The logic of the issue editor in node, for the tests that ask it."""

from collections.abc import Iterator

import pytest

from tests.web.editor_oracle import Oracle


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    made = Oracle()
    yield made
    assert made.process.stdin
    assert made.process.stdout
    made.process.stdin.close()
    made.process.wait(timeout=10)
    made.process.stdout.close()
