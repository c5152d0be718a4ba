"""Publications: their list, a new one, settings, theme and logo, and the form that other sites show."""

from newsletter.web.admin.publications import (
    edit,
    listing,
    logo,
    new,
    preview,
    sign_up_form,
    theme,
)
from newsletter.web.admin.publications.blueprint import blueprint

__all__ = ["blueprint", "edit", "listing", "logo", "new", "preview", "sign_up_form", "theme"]
