"""Who is signed in, on this browser: begin, recognise and end.

The cookie (signed by Flask) holds the session's random key and when it was last seen; the row behind the key
says whether it goes on. Being idle is counted in the cookie, so that reading a page writes nothing.
"""

from flask import g, has_request_context, request
from flask import session as cookie
from flask_login import (
    LoginManager,
    current_user,
)
from flask_security import login_user

from newsletter.accounts.models import User
from newsletter.accounts.sessions import IDLE_LIMIT, begin_session, end_session, session_user
from newsletter.core import clock
from newsletter.web.database import session

SIGNED_IN = "_user_id"  # in the cookie of whoever signed in (Flask-Login)
KEY = "key"
SEEN = "seen"
SEEN_STEP = 300  # seconds between two notes that somebody is still there


def user() -> User | None:
    """Who is signed in; None when nobody is, or no longer."""
    somebody = current_user._get_current_object() if has_request_context() else None
    return somebody if isinstance(somebody, User) else None


def sign_in(person: User) -> None:
    """Begin a session, with a new key; nothing of the old cookie stays. The caller commits."""
    sign_out()
    key = begin_session(
        session(), person, ip=request.remote_addr or "", browser=request.user_agent.string or ""
    )
    login_user(person, remember=False, authn_via=["password"])
    cookie[KEY], cookie[SEEN] = key, _seconds()
    cookie.permanent = True


def sign_out() -> None:
    """End this session, wherever a copy of its cookie may be. The caller commits."""
    if key := cookie.get(KEY):
        end_session(session(), key)
    forget()


def own_key() -> str:
    """The key of this browser's session."""
    return str(cookie.get(KEY, ""))


def forget() -> None:
    """Empty the cookie, with the CSRF token of this request."""
    cookie.clear()
    g.pop("csrf_token", None)
    g.pop("_login_user", None)


def recognise_with(manager: LoginManager) -> None:
    """Make Flask-Login accept only sessions that go on."""
    manager.user_loader(_recognise)


def _recognise(uniquifier: str) -> User | None:
    key, seen, now = cookie.get(KEY), cookie.get(SEEN, 0), _seconds()
    if not isinstance(key, str) or now - seen > IDLE_LIMIT.total_seconds():
        return None
    person = session_user(session(), key, uniquifier)
    if person is not None and now - seen > SEEN_STEP:
        cookie[SEEN] = now
    return person


def _seconds() -> int:
    return int(clock.now().timestamp())
