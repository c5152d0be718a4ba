"""`/admin/issues/<id>/presence`: who else has the issue open, and what they see of it.

With Redis away, nobody has it open.
"""

import time
from functools import lru_cache

from flask import Response, jsonify, request
from redis import Redis, RedisError

from newsletter.accounts.permissions import Permission
from newsletter.comments.threads import mark_of
from newsletter.issues.last_seen import note_seen
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.current import settings
from newsletter.web.database import session

SECONDS = 45  # after the last sign of life; pages give one every 15
LONGEST_ANSWER = 0.3  # seconds that a page waits for Redis


@blueprint.post("/issues/<int:issue_id>/presence")
@allow(Permission.EDIT_ISSUES)
def presence(issue_id: int) -> Response:
    """Note that this person is here and which state their page shows, and answer who else is.

    `comments` is another value when somebody commented (`threads.py`).
    """
    issue = load_issue(issue_id)
    note_seen(session(), issue, _shown_state(), current_actor())
    comments = mark_of(session(), issue)
    session().commit()
    present = others(settings().effective_redis_url, issue.id, current_actor())
    return jsonify(others=present, comments=comments)


def _shown_state() -> str:
    told = request.get_json(force=True, silent=True)
    state = told.get("etag") if isinstance(told, dict) else None
    return state if isinstance(state, str) else ""


def others(redis_url: str, issue_id: int, actor: str) -> list[str]:
    """The addresses of the other people who have the issue open."""
    key, now = f"newsletter:presence:{issue_id}", time.time()
    try:
        with _redis(redis_url).pipeline(transaction=False) as pipe:
            pipe.zadd(key, {actor: now})
            pipe.zremrangebyscore(key, 0, now - SECONDS)
            pipe.expire(key, SECONDS)
            pipe.zrange(key, 0, -1)
            entries: list[bytes] = pipe.execute()[-1]
    except RedisError:
        return []
    return sorted({entry.decode("utf-8", "replace") for entry in entries} - {actor})


@lru_cache(maxsize=4)
def _redis(url: str) -> Redis:
    return Redis.from_url(
        url, socket_connect_timeout=LONGEST_ANSWER, socket_timeout=LONGEST_ANSWER, max_connections=8
    )
