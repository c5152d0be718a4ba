"""A browser with the issue editor of the real application; a complaint of the browser fails the test."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.web.editor_browser.editing import Editing, open_editor, small
from tests.web.installation import Installation, IssueOnServer


@pytest.fixture
def issue(running: Installation) -> IssueOnServer:
    return running.create_issue(small())


@pytest.fixture
def editing(issue: IssueOnServer, window: BrowserContext) -> Iterator[Editing]:
    at = open_editor(window, issue)
    yield at
    at.leave()
    expected = re.compile(r"the server responded with a status of (4\d\d|503)|ERR_INTERNET_DISCONNECTED")
    assert [line for line in at.complaints if not expected.search(line)] == []
