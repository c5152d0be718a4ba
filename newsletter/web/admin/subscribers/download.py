"""`/admin/subscribers/<id>/data`: everything that is known about a person, as JSON to hand to them."""

from flask import Response, json, request

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.subscribers.export_data import export_data
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint
from newsletter.web.database import session


@blueprint.post(f"{ONE}/data")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def download(subscriber_id: int) -> Response:
    """The same that they get from their preferences page. A POST, because who took it is written down."""
    data = export_data(session(), subscriber_id)
    ip = request.remote_addr or ""
    audit.record(
        session(), "subscriber.downloaded", "subscriber", subscriber_id, actor=current_actor(), ip=ip
    )
    session().commit()
    body = json.dumps(data, indent=2, ensure_ascii=False, sort_keys=False)
    response = Response(body + "\n", content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="subscriber-{subscriber_id}.json"'
    return response
