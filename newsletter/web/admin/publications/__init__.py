"""Publications: their list, a new one, settings, cadence, theme, logo, and the form that other sites show."""

from newsletter.web.admin.publications import (
    cadence,
    edit,
    listing,
    logo,
    new,
    preview,
    sign_up_form,
    theme,
)
from newsletter.web.admin.publications.blueprint import blueprint

__all__ = ["blueprint", "cadence", "edit", "listing", "logo", "new", "preview", "sign_up_form", "theme"]
