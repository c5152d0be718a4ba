"""I make the owner's account with the link of the first start, and sign in."""

from playwright.sync_api import expect

from tests.features.admin.hand import Hand
from tests.processes import Installation

OWNER = "olga@press.example"
PASSWORD = "seven quiet herons"


def set_up(hand: Hand, installation: Installation) -> None:
    """Open the link that the first start prints; afterwards nobody is signed in."""
    link = installation.ask("user", "setup-link")["url"]
    hand.tab.goto(link)  # the only address that is typed: everything else is reached from here
    hand.write(hand.tab.get_by_label("Email address"), OWNER)
    hand.write(hand.tab.get_by_label("Password", exact=True), PASSWORD)
    hand.press(hand.tab.get_by_role("button", name="Create account and start"))
    expect(hand.tab.locator("body.admin")).to_be_visible()
    sign_out(hand)


def sign_out(hand: Hand) -> None:
    hand.press(hand.tab.locator(".rail-account summary"))
    hand.press(hand.tab.get_by_role("button", name="Sign out"))
    expect(hand.tab.get_by_text("You are signed out.")).to_be_visible()


def sign_in(hand: Hand, password: str = PASSWORD) -> None:
    """On the page that asks for it."""
    hand.write(hand.tab.get_by_label("Email address"), OWNER)
    hand.write(hand.tab.get_by_label("Password", exact=True), password)
    hand.press(hand.tab.get_by_role("button", name="Sign in"))
    expect(hand.tab.locator("body.admin")).to_be_visible()


def go_to(hand: Hand, place: str) -> None:
    """Follow one of the places beside each page, such as Issues."""
    hand.press(hand.tab.get_by_role("navigation", name="Admin").get_by_role("link", name=place))
    expect(hand.tab.get_by_role("heading", level=1, name=place)).to_be_visible()
