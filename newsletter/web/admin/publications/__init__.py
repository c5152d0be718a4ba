"""Publications: list, a new one, settings, cadence, rules, snippets, theme, template, logo, sign-up form."""

from newsletter.web.admin.publications import (
    cadence,
    edit,
    listing,
    logo,
    new,
    preview,
    rules,
    sign_up_form,
    snippets,
    template,
    template_history,
    template_preview,
    theme,
)
from newsletter.web.admin.publications.blueprint import blueprint

__all__ = [
    "blueprint",
    "cadence",
    "edit",
    "listing",
    "logo",
    "new",
    "preview",
    "rules",
    "sign_up_form",
    "snippets",
    "template",
    "template_history",
    "template_preview",
    "theme",
]
