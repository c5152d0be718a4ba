"""A browser with the issue editor open; what the browser complains about fails the test."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.features.looking import listen, open_tab
from tests.web.editor_browser.editing import Editing, small
from tests.web.editor_server import Desk, serving


@pytest.fixture
def desk() -> Desk:
    return Desk(small())


@pytest.fixture
def editing(chrome: Browser, desk: Desk) -> Iterator[Editing]:
    with serving(desk) as address:
        tab = open_tab(chrome, address)
        tab.set_default_timeout(10_000)
        tab.set_viewport_size({"width": 1280, "height": 900})
        complaints = listen(tab)
        at = Editing(desk, tab, address, complaints)
        at.open()
        yield at
        tab.context.close()
    expected = re.compile(r"the server responded with a status of (4\d\d|503)|ERR_INTERNET_DISCONNECTED")
    assert [line for line in complaints if not expected.search(line)] == []
