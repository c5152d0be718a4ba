"""In a real browser: signing in to the admin, by keyboard, with nothing typed lost on the way."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import UserSession
from newsletter.accounts.permissions import RoleName
from newsletter.core import clock
from newsletter.publications.create import create_publication
from newsletter.web.limits import limiter
from tests.features.looking import listen, look
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

# The whole row of a box is its target: the label lies above the box, so boxes are checked by force.
OWNER = "olga@press.example"
PASSWORD = "seven quiet herons"


@pytest.fixture
def origin(app: Flask, session: Session) -> Iterator[str]:
    """The application on a port of this machine, with an owner and two publications."""
    create_user(session, email=OWNER, role=RoleName.OWNER, password=PASSWORD, actor="t")
    create_user(session, email="new@press.example", role=RoleName.EDITOR, password=None, actor="t")
    for slug, name in (("morning", "The Morning"), ("evening", "النشرة المسائية للمنظمة الدولية للتعاون")):
        create_publication(
            session, slug=slug, name=name, sender="a@press.example", postal_address="1 Quay", actor="t"
        )
    session.commit()
    with app.app_context():
        limiter.reset()
    with serve(app) as url:
        yield url


def sign_in(tab: Page, password: str = PASSWORD) -> None:
    tab.get_by_label("Email address").fill(OWNER)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name="Sign in").click()


def test_the_pages_are_whole(tab: Page, origin: str) -> None:
    heard = listen(tab)
    problems: dict[str, list[str]] = {}

    def see(name: str) -> None:
        problems[name] = look(tab)

    tab.goto(f"{origin}/sign-in")
    see("sign in")
    sign_in(tab, "a wrong password")
    expect(tab.get_by_role("alert")).to_contain_text("Wrong email address or password")
    expect(tab.get_by_label("Email address")).to_have_value(OWNER)
    see("refused")
    sign_in(tab)
    expect(tab.get_by_role("heading", name="Home")).to_be_visible()
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.get_by_text(OWNER).first.click()
    expect(tab.get_by_role("link", name="Team")).to_be_visible()
    see("the account's menu")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_text("You are signed out.")).to_be_visible()
    for path in ("/forgot-password", "/set-up/nonsense"):
        tab.goto(origin + path)
        see(path)
    assert {name: wrong for name, wrong in problems.items() if wrong} == {}
    assert heard == []


def test_by_keyboard_alone(tab: Page, origin: str) -> None:
    tab.goto(f"{origin}/admin/team")
    expect(tab.get_by_label("Email address")).to_be_focused()
    tab.keyboard.type(OWNER)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Team")).to_be_visible()
    tab.wait_for_load_state()  # before the script is there, Escape is only a key
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to content")).to_be_focused()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    menu = tab.get_by_role("link", name="The Morning")
    expect(menu).to_be_visible()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Escape")
    expect(menu).not_to_be_visible()
    expect(tab.locator("summary.switcher")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Shift+Tab")  # leaving the menu closes it
    expect(menu).not_to_be_visible()


def test_a_password_can_be_looked_at(tab: Page, origin: str) -> None:
    tab.goto(f"{origin}/sign-in")
    field = tab.get_by_label("Password", exact=True)
    field.fill(PASSWORD)
    tab.get_by_label("Show the password").check(force=True)
    assert field.get_attribute("type") == "text"
    tab.get_by_label("Show the password").uncheck(force=True)
    assert field.get_attribute("type") == "password"


def test_what_was_typed_survives_an_expired_session(tab: Page, origin: str, session: Session) -> None:
    tab.goto(f"{origin}/admin/team/invite")
    sign_in(tab)
    tab.get_by_label("Email address").fill("somebody@press.example")
    tab.get_by_label("Owner:").check(force=True)
    session.execute(update(UserSession).values(ended_at=clock.now()))
    session.commit()
    tab.get_by_role("button", name="Send the invitation").click()
    expect(tab.get_by_text("Sign in to return to where you were.")).to_be_visible()
    sign_in(tab)
    expect(tab.get_by_text("What you typed has been restored.")).to_be_visible()
    expect(tab.get_by_label("Email address")).to_have_value("somebody@press.example")
    expect(tab.get_by_label("Owner:")).to_be_checked()
    tab.get_by_role("button", name="Send the invitation").click()
    expect(tab.get_by_text("An invitation is on its way to somebody@press.example.")).to_be_visible()
    tab.goto(f"{origin}/admin/team/invite")
    expect(tab.get_by_label("Email address")).to_have_value("")
    expect(tab.get_by_text("What you typed has been restored.")).not_to_be_visible()


def test_two_presses_send_one_invitation(tab: Page, origin: str) -> None:
    tab.goto(f"{origin}/admin/team/invite")
    sign_in(tab)
    tab.get_by_label("Email address").fill("twice@press.example")
    tab.get_by_role("button", name="Send the invitation").dblclick()
    expect(tab.get_by_text("An invitation is on its way to twice@press.example.")).to_be_visible()
