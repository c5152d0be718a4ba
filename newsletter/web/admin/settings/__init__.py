"""Settings of the installation: the relay that mail leaves by, and a test of it. For owners."""

from newsletter.web.admin.settings import relay, test
from newsletter.web.admin.settings.pages import blueprint

__all__ = ["blueprint", "relay", "test"]
