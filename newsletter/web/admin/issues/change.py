"""`/admin/issues/<id>/document`: what the editor's script reads and saves, one state after the other.

GET answers the whole document, every field in it, with the name of its state as ETag. PATCH takes a JSON
Patch (RFC 6902) made from the state in If-Match (RFC 9110 §13.1.1); 428 without one (RFC 6585 §3), 412 with
the newest state when it is another one, 409 once the issue is locked, 400 naming the fields that cannot be
saved.

A change that places entries of the inbox, or gives them back, is sent as an object
(`application/vnd.newsletter.change+json`): `patch` has the operations, `use` the section of each entry by
its id, `give_back` the ids of those that are items no more. All is saved or nothing: 409 `not_waiting`
has a sentence for each entry that somebody else was quicker with.
"""

from flask import Response, jsonify, make_response, request
from flask_babel import gettext as _

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.curation.place import save_with_entries
from newsletter.issues.edit import Locked, Stale, editor_json, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Revision
from newsletter.mailings.current import current_mailing
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue, refusal
from newsletter.web.admin.issues.change_body import PATCH_TYPE, WITH_ENTRIES_TYPE, read_change
from newsletter.web.admin.issues.inbox import used_facts
from newsletter.web.admin.issues.locked import locked_sentence
from newsletter.web.database import session


@blueprint.get("/issues/<int:issue_id>/document")
@allow(Permission.VIEW)
def document(issue_id: int) -> Response:
    """The newest state."""
    issue = load_issue(issue_id)
    revision = find_revision(session(), issue)
    locked = current_mailing(session(), issue.id) is not None
    response = jsonify(
        document=editor_json(load_document(revision)),
        etag=state_of(revision),
        by=revision.author,
        locked=locked,
        used=used_facts(issue),
    )
    return _tagged(response, revision)


@blueprint.patch("/issues/<int:issue_id>/document")
@allow(Permission.EDIT_ISSUES)
def change(issue_id: int) -> Response:
    """Save a change, or say why it is not saved."""
    if request.mimetype not in {PATCH_TYPE, WITH_ENTRIES_TYPE}:
        return _refusal(415, "bad_type", _("Send the change as %(type)s.", type=PATCH_TYPE))
    state = _asked_state()
    if not state:
        return _refusal(
            428, "no_state", _("Name the state of the issue that the change is based on (If-Match).")
        )
    try:
        wanted = read_change(request.mimetype, request.get_data(cache=False))
        revision = save_with_entries(
            session(),
            issue_id,
            state,
            wanted.operations,
            use=wanted.use,
            give_back=wanted.give_back,
            author=current_actor(),
        )
    except Stale as error:
        return _stale(error.revision)
    except Locked as error:
        sentence = locked_sentence(error.mailing)
        session().rollback()
        return _refusal(409, "locked", sentence)
    except DomainError as error:
        return refusal(error)
    session().commit()
    return _tagged(jsonify(etag=state_of(revision), saved_at=revision.saved_at.isoformat()), revision)


def _asked_state() -> str:
    """The one state in If-Match, in quotes or bare."""
    return request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')


def _stale(newest: Revision) -> Response:
    body = jsonify(
        error="stale",
        message=_("Someone else saved this issue in the meantime."),
        etag=state_of(newest),
        document=editor_json(load_document(newest)),
        by=newest.author,
        used=used_facts(load_issue(newest.issue_id)),
    )
    session().rollback()
    return _tagged(make_response(body, 412), newest)


def _tagged(response: Response, revision: Revision) -> Response:
    response.set_etag(state_of(revision))
    return response


def _refusal(status: int, code: str, sentence: str) -> Response:
    return make_response(jsonify(error=code, message=sentence, fields={}), status)
