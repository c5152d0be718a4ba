"""The script that finds a proof of work: under our policy, with and without JavaScript, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from newsletter.core import clock
from newsletter.deferred.models import DeferredRequest
from newsletter.publications.models import Publication
from tests.features.looking import listen, open_tab
from tests.web.installation import Installation

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize(("javascript", "heading"), [(True, "Check your inbox"), (False, "Thank you")])
def test_a_reader_signs_up_during_an_attack(
    running: Installation, chrome: Browser, javascript: bool, heading: str, at_once: bool
) -> None:
    with running.runtime.session() as session:
        publication = session.scalars(select(Publication)).one()
        publication.under_attack_since = clock.now()
        slug, email = publication.slug, f"ana-{javascript}-{at_once}@example.org".lower()
        session.commit()
    tab = open_tab(chrome) if javascript else chrome.new_context(java_script_enabled=False).new_page()
    complaints = listen(tab)
    tab.goto(f"{running.address}/subscribe/{slug}")
    tab.wait_for_timeout(2_100 if at_once else 0)  # nobody fills it in more quickly
    tab.get_by_label("Email address").fill(email)
    tab.wait_for_timeout(0 if at_once else 4_000)  # the number is found, or looked for
    tab.get_by_role("button", name="Subscribe").click()
    expect(tab.get_by_role("heading", name=heading)).to_be_visible(timeout=60_000)
    tab.context.close()
    assert complaints == []
    with running.runtime.session() as session:
        requests = session.scalars(select(DeferredRequest)).all()
    (sent,) = [request for request in requests if request.facts["email"] == email]
    assert sent.facts["unproven"] is not javascript
