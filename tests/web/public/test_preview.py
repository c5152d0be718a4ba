"""The links of a test message: an issue that has no page yet is shown to who has the link."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.document import Document
from newsletter.issues.compile import compile_issue
from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from tests.databases import both_databases
from tests.web.public.published import found, page


@both_databases
def test_the_links_of_a_test_message_show_the_revision(
    client: FlaskClient, session: Session, weekly: Publication, links: Links
) -> None:
    text = ({"type": "text", "id": "a", "text": "Not sent yet."},)
    document = Document.model_validate({"title": "Draft", "slug": "draft", "subject": "S", "sections": text})
    revision = save_document(session, weekly, document).revision
    session.commit()
    html = compile_issue(session, revision, weekly, links, proof=True).fill_html({})
    paths = sorted(set(re.findall(rf'href="{re.escape(links.public_url)}(/preview/[^"]+)"', html)), key=len)
    assert [path.count("/") for path in paths] == [2, 3]
    assert links.issue("weekly", "draft") not in html
    shown = page(client, paths[0])
    assert found(shown, "//h1")[0].text_content() == "Draft"
    assert "This is a preview." in shown.text_content()
    answer = client.get(paths[1])
    assert "Not sent yet." in answer.text
    assert answer.headers["Content-Security-Policy"] == EMAIL_CONTENT_SECURITY_POLICY
    assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == (
        "noindex, nofollow",
        "no-store",
    )
    publish_issue(session, revision)
    session.commit()
    assert links.issue("weekly", "draft") in compile_issue(
        session, revision, weekly, links, proof=True
    ).fill_html({})


def test_nobody_else_sees_a_draft(client: FlaskClient, session: Session, links: Links) -> None:
    sign = links.signer.sign
    for token in ("x", sign(Purpose.VIEW, 4711), sign(Purpose.VIEW, 1, 2), sign(Purpose.FORM, 1)):
        for path in (f"/preview/{token}", f"/preview/{token}/email"):
            assert client.get(path).status_code == 404, path
