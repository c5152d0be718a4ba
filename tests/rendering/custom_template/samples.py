"""Custom templates for tests: the smallest that keeps everything, and an issue that has one."""

from dataclasses import replace
from typing import Any

from newsletter.document.blocks.text import TextSection
from newsletter.rendering.render_input import CustomTemplate, RenderInput
from tests.rendering.issues import issue_of

SMALLEST = """\
<!DOCTYPE html>
<html lang="{{ language }}">
<body>
<p>{{ preheader }}</p>
{% for section in sections %}<table>{% include "blocks/" ~ section.type ~ ".html" %}</table>{% endfor %}
<p>{{ publication.postal_address | postal }}</p>
<a href="{{ unsubscribe_url }}">Unsubscribe</a>
</body>
</html>
"""


def issue_with(text: str, version: int = 0, **changes: Any) -> RenderInput:
    """An issue of one text whose template is `text`."""
    section = TextSection(type="text", id="one", text="Ferries sail again")
    return replace(issue_of(section, **changes), template=CustomTemplate(text, version))
