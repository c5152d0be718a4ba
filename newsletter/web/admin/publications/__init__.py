"""Publications: list, new, settings, messages, cadence, deliverability, keys, rules, snippets, theme."""

from newsletter.web.admin.publications import (
    cadence,
    deliverability,
    edit,
    listing,
    logo,
    messages,
    new,
    preview,
    rules,
    sign_up_form,
    signing_keys,
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
    "deliverability",
    "edit",
    "listing",
    "logo",
    "messages",
    "new",
    "preview",
    "rules",
    "sign_up_form",
    "signing_keys",
    "snippets",
    "template",
    "template_history",
    "template_preview",
    "theme",
]
