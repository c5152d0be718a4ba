"""The inbox: collected links, what is known about them, and how they get into an issue."""

from newsletter.web.admin.inbox import add, address, change, clip, entry, feeds, listing
from newsletter.web.admin.inbox.blueprint import blueprint

__all__ = ["add", "address", "blueprint", "change", "clip", "entry", "feeds", "listing"]
