"""Every link that an email carries, as pure functions of the public URL and a token.

Each resolves to a route of the web application; a test walks them all.
"""

from dataclasses import dataclass
from datetime import datetime
from posixpath import normpath
from urllib.parse import quote, unquote, urlencode, urlsplit

from newsletter.core.tokens import Purpose, Signer
from newsletter.core.tracking_tokens import write_link_token, write_pixel_token

REDIRECT_PATH = "/l/"
PIXEL_PATH = "/o/"
# Below these, who has the address of a page may do what one person may.
PERSONAL_PATHS = (
    *("/u/", "/p/", "/address/", "/lift/", "/confirm/"),
    *("/set-up/", "/invitation/", "/reset-password/"),
)
_USUAL_PORTS = {None, 80, 443}


@dataclass(frozen=True)
class Links:
    """Builds links. `public_url` is where readers reach the web application, without a trailing slash.

    `mail_domain`: whose mail our listener takes; empty where none is configured.
    """

    public_url: str
    signer: Signer
    mail_domain: str = ""

    def own_path(self, url: str) -> str:
        """The path below the public URL that the web address `url` is of, decoded; empty for other sites.

        However it is spelt: with another scheme, case or port, with dots or escapes in its path.
        """
        ours, given = urlsplit(self.public_url), urlsplit(url)
        hosts = [(parts.hostname or "").removesuffix(".") for parts in (ours, given)]
        ports = {parts.port for parts in (ours, given)}
        if hosts[0] != hosts[1] or not (len(ports) == 1 or ports <= _USUAL_PORTS):
            return ""
        path = "/" + normpath(unquote(given.path)).lstrip("/")
        return path.removeprefix(ours.path) if path.startswith(f"{ours.path}/") else ""

    def subscribe(self, publication_slug: str) -> str:
        return f"{self.public_url}/subscribe/{quote(publication_slug)}"

    def suggest(self, publication_slug: str) -> str:
        return f"{self.public_url}/suggest/{quote(publication_slug)}"

    def confirm(self, subscription_id: int) -> str:
        return f"{self.public_url}/confirm/{self.signer.sign(Purpose.CONFIRM, subscription_id)}"

    def unsubscribe(
        self, subscription_id: int, mailing_id: int = 0, issued_at: datetime | None = None
    ) -> str:
        """`mailing_id` 0 means: not from a mailing."""
        token = self.signer.sign(Purpose.UNSUBSCRIBE, subscription_id, mailing_id, issued_at=issued_at)
        return f"{self.public_url}/u/{token}"

    def preferences(self, subscriber_id: int, issued_at: datetime | None = None) -> str:
        return (
            f"{self.public_url}/p/{self.signer.sign(Purpose.PREFERENCES, subscriber_id, issued_at=issued_at)}"
        )

    def lift_suppression(self, subscriber_id: int, moment: int) -> str:
        """Where somebody whose messages came back says that they get email again (`feedback.lift`)."""
        return f"{self.public_url}/lift/{self.signer.sign(Purpose.LIFT, subscriber_id, moment)}"

    def change_address(self, change_id: int, moment: int) -> str:
        """Where the owner of a new address says that it is theirs (`subscribers.address_change`)."""
        return f"{self.public_url}/address/{self.signer.sign(Purpose.ADDRESS_CHANGE, change_id, moment)}"

    def set_up(self) -> str:
        """Where the first owner is made."""
        return f"{self.public_url}/set-up/{self.signer.sign(Purpose.SET_UP)}"

    def invitation(self, user_id: int, state: int) -> str:
        """`state` is what the link is bound to (`accounts.tokens.link_state`)."""
        return f"{self.public_url}/invitation/{self.signer.sign(Purpose.INVITATION, user_id, state)}"

    def reset_password(self, user_id: int, state: int) -> str:
        """`state` is what the link is bound to (`accounts.tokens.link_state`)."""
        return f"{self.public_url}/reset-password/{self.signer.sign(Purpose.PASSWORD_RESET, user_id, state)}"

    def forgot_password(self) -> str:
        return f"{self.public_url}/forgot-password"

    def approval(self, issue_id: int) -> str:
        """Where the team reads an issue and approves it."""
        return f"{self.public_url}/admin/issues/{issue_id}/approval"

    def edit_issue(self, issue_id: int) -> str:
        return f"{self.public_url}/admin/issues/{issue_id}/edit"

    def send_issue(self, issue_id: int) -> str:
        """Where an issue is reviewed and scheduled, for people who are signed in."""
        return f"{self.public_url}/admin/issues/{issue_id}/send"

    def mailing_report(self, mailing_id: int) -> str:
        """What became of a mailing."""
        return f"{self.public_url}/admin/mailings/{mailing_id}/report"

    def account(self) -> str:
        """Where somebody on the team says what they are sent."""
        return f"{self.public_url}/admin/account"

    def calendar(self, publication_slug: str) -> str:
        """When issues were sent, are scheduled and are due, for editors."""
        return f"{self.public_url}/admin/p/{quote(publication_slug)}/issues/calendar"

    def deliverability(self, publication_slug: str) -> str:
        """What the DNS says about mail of the publication's sender, and what to publish."""
        return f"{self.public_url}/admin/p/{quote(publication_slug)}/deliverability"

    def archive(self, publication_slug: str, *, page: int = 1, tag: str = "") -> str:
        """The list of issues: its page `page`, counted from 1, of all or of those that have `tag`."""
        asked = ({"tag": tag} if tag else {}) | ({"page": str(page)} if page > 1 else {})
        query = f"?{urlencode(asked)}" if asked else ""
        return f"{self.public_url}/archive/{quote(publication_slug)}/{query}"

    def issue(self, publication_slug: str, issue_slug: str, edition: str = "") -> str:
        """The page of an issue, or of its edition in a language."""
        page = f"{self.public_url}/archive/{quote(publication_slug)}/{quote(issue_slug)}"
        return f"{page}/{edition}" if edition else page

    def issue_email(self, publication_slug: str, issue_slug: str, edition: str = "") -> str:
        """The email itself, as a web page of its own ("View in browser")."""
        return f"{self.issue(publication_slug, issue_slug, edition)}/email"

    def sent_variant(self, mailing_id: int, number: int) -> str:
        """The email of a variant of a mailing, as a web page of its own."""
        return f"{self.public_url}/email/{self.signer.sign(Purpose.SENT_VARIANT, mailing_id, number)}"

    def preview(self, revision_id: int, edition: str = "") -> str:
        """A draft as the article that it will be, for who got it as a test message."""
        page = f"{self.public_url}/preview/{self.signer.sign(Purpose.VIEW, revision_id)}"
        return f"{page}?edition={edition}" if edition else page

    def preview_email(self, revision_id: int, edition: str = "") -> str:
        """The email of a draft, as a web page of its own."""
        page, mark, query = self.preview(revision_id, edition).partition("?")
        return f"{page}/email{mark}{query}"

    def redirect(self, link_id: int) -> str:
        """Leads to where the link of a mailing with that id leads now."""
        return f"{self.public_url}{REDIRECT_PATH}{self.signer.sign(Purpose.REDIRECT, link_id)}"

    def tracked_link(self, mailing_id: int, link_id: int, target: str) -> str:
        """Leads to `target`, counted, once what says whose copy it is in follows (`tracking_tokens`)."""
        token = write_link_token(self.signer, mailing_id, link_id, target)
        return f"{self.public_url}{REDIRECT_PATH}{token}."

    def pixel(self, mailing_id: int) -> str:
        """The picture that counts opens, once what says whose copy it is in and `.gif` follow."""
        return f"{self.public_url}{PIXEL_PATH}{write_pixel_token(self.signer, mailing_id)}."

    def share(self, share_link_id: int) -> str:
        """An issue for whoever has the link, with comments."""
        return f"{self.public_url}/share/{self.signer.sign(Purpose.SHARE, share_link_id)}"

    def comments(self, issue_id: int) -> str:
        """Where the team comments on an issue."""
        return f"{self.public_url}/admin/issues/{issue_id}/comments"

    def feed(self, publication_slug: str, language: str = "") -> str:
        """The feed of a publication: as it is, or with the editions in a language."""
        archive = f"{self.public_url}/archive/{quote(publication_slug)}"
        return f"{archive}/feed/{language}.atom" if language else f"{archive}/feed.atom"

    def media(self, path: str) -> str:
        return f"{self.public_url}/media/{path}"

    def style(self, publication_slug: str) -> str:
        return f"{self.public_url}/style/{quote(publication_slug)}.css"
