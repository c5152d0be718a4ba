"""The Jinja environment of emails: sandboxed, strict, escaping HTML, translated; made once per process."""

from functools import cache
from typing import Any, TypeVar

from jinja2 import (
    BaseLoader,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.core.errors import OperatorMustAct, Refused
from newsletter.core.paths import templates_dir
from newsletter.rendering.filters import FILTERS, Wording

LARGEST_OUTPUT = 5_000_000  # characters; fifty times what any mail program shows whole
LARGEST_PRODUCT = 100_000

EnvironmentT = TypeVar("EnvironmentT", bound="Sandbox")


class Sandbox(ImmutableSandboxedEnvironment):
    """Also refuses the two operators that can fill the memory with one short expression."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers or abs(left) > LARGEST_PRODUCT or abs(right) > LARGEST_PRODUCT:
            raise Refused("template_refused", f"A template may not use “{operator}” here.")
        if operator == "**" and abs(right) > 8:
            raise Refused("template_refused", "A template may not raise to a power above 8.")
        return super().call_binop(context, operator, left, right)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The environment of all email templates; nothing in it depends on an issue or a language."""
    return make_environment(Sandbox, FileSystemLoader(templates_dir() / "email"))


def make_environment(kind: type[EnvironmentT], loader: BaseLoader) -> EnvironmentT:
    """A new environment of this kind, with our filters and translations."""
    made = kind(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.filters.update(FILTERS)
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


def render(names: list[str], context: dict[str, Any]) -> str:
    """The first template of `names` that exists, rendered with `context`.

    Raises OperatorMustAct for a template that is missing or broken, Refused for output beyond all measure.
    """
    try:
        return _joined(environment().select_template(names), context)
    except (TemplateError, RecursionError) as error:
        message = f"The email template {names[0]} cannot be rendered: {error}"
        raise OperatorMustAct("template_broken", message) from error


def _joined(template: Template, context: dict[str, Any]) -> str:
    parts: list[str] = []
    size = 0
    for part in template.generate(context):
        size += len(part)
        if size > LARGEST_OUTPUT:
            raise Refused("template_refused", "The rendered issue is larger than any mail program can show.")
        parts.append(part)
    return "".join(parts)


@pass_context
def _gettext(context: Context, message: str) -> str:
    wording: Wording = context["wording"]
    return wording.translations.gettext(message)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    wording: Wording = context["wording"]
    return wording.translations.ngettext(singular, plural, number)
