"""Publications: their list, a new one, settings, cadence, rules, theme, logo, the form for others."""

from newsletter.web.admin.publications import (
    cadence,
    edit,
    listing,
    logo,
    new,
    preview,
    rules,
    sign_up_form,
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
    "theme",
]
