"""The sandbox of email templates."""

import pytest
from jinja2 import TemplateError

from newsletter.core.errors import OperatorMustAct, Refused
from newsletter.core.paths import templates_dir
from newsletter.rendering.environment import environment, render
from newsletter.rendering.filters import Wording

CONTEXT = {"wording": Wording(), "x": 3, "text": "<b>", "items": []}


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ wording.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ items.append(1) }}",
        "{{ missing }}",
        "{{ wording.missing }}",
        "{{ ''.format.__self__.__class__ }}",
        "{{ '{0.__class__}'.format(x) }}{{ undefined_name }}",
    ],
)
def test_templates_cannot_leave_the_sandbox(source: str) -> None:
    with pytest.raises(TemplateError):
        environment().from_string(source).render(CONTEXT)


@pytest.mark.parametrize(
    "source", ["{{ 'x' * 10**9 }}", "{{ 10 ** 99 }}", "{{ [0] * 100000000 }}", "{{ 2 * 1000000 }}"]
)
def test_templates_cannot_fill_the_memory_with_an_operator(source: str) -> None:
    with pytest.raises(Refused):
        environment().from_string(source).render(CONTEXT)


def test_arithmetic_of_a_layout_is_allowed() -> None:
    assert environment().from_string("{{ 675 * 536 / 1200 }} {{ 2 ** 3 }}").render(CONTEXT) == "301.5 8"


def test_a_missing_template_is_for_the_operator() -> None:
    with pytest.raises(OperatorMustAct, match=r"nowhere\.html"):
        render(["nowhere.html"], CONTEXT)


def test_every_email_template_compiles() -> None:
    folder = templates_dir() / "email"
    names = [
        str(path.relative_to(folder))
        for part in ("base", "blocks", "themes")
        for path in sorted((folder / part).rglob("*.*"))
    ]
    assert len(names) > 30
    for name in names:
        environment().get_template(name)
