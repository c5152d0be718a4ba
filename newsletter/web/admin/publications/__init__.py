"""Publications: their list, a new one, settings, cadence, rules, snippets, theme, logo, the sign-up form."""

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
    "theme",
]
