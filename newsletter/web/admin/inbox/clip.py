"""The small page that the bookmarklet opens: one link, with a note, into the inbox."""

from urllib.parse import quote

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.text import without_nul
from newsletter.curation.add import add_text
from newsletter.curation.edit import LONGEST_NOTE, edit_entry
from newsletter.curation.models import URL_LENGTH, Via
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.inbox.blueprint import LIST, blueprint
from newsletter.web.database import session
from newsletter.web.errors import STATUS

CLIP = f"{LIST}/clip"
# Opens the page beside the one that is read, with its address and what is selected there.
_SCRIPT = (
    "(()=>{open('%s?url='+encodeURIComponent(location.href)"
    "+'&note='+encodeURIComponent(String(getSelection()).slice(0,1000)),'_blank','width=520,height=560')})()"
)


def bookmarklet(publication: Publication) -> str:
    """The address of the bookmark that adds the page which is read to the publication's inbox."""
    page = url_for("admin_inbox.clip", slug=publication.slug, _external=True)
    return f"javascript:{quote(_SCRIPT % page, safe='()=>{}?:;,.+&$/!')}"


@blueprint.get(CLIP)
@allow(Permission.EDIT_ISSUES)
def clip(slug: str) -> str:
    """What the bookmarklet found, to be added by a button: opening an address adds nothing."""
    url = without_nul(request.args.get("url", ""))[:URL_LENGTH]
    return _page(slug, url, without_nul(request.args.get("note", ""))[:LONGEST_NOTE])


@blueprint.post(CLIP)
@allow(Permission.EDIT_ISSUES)
def add_clip(slug: str) -> AnyResponse:
    """Add the link; its note is kept with it."""
    publication = find_publication(session(), slug)
    url, note = (without_nul(request.form.get(name, "")) for name in ("url", "note"))
    try:
        entry = add_text(session(), publication, url, via=Via.CLIP, actor=current_actor())[0]
        if note.strip():
            edit_entry(session(), entry.id, {"note": note}, edits=entry.edits)
    except DomainError as error:
        session().rollback()
        return make_response(_page(slug, url, note, problem=error.message), STATUS[error.decision])
    session().commit()
    return make_response(_page(slug, "", "", added=True))


def _page(slug: str, url: str, note: str, *, problem: str = "", added: bool = False) -> str:
    publication = find_publication(session(), slug)
    return render_template(
        "admin/inbox/clip.html", publication=publication, url=url, note=note, problem=problem, added=added
    )
