"""Settings of the installation: the relays that mail leaves by, and a test of them. For owners."""

from newsletter.web.admin.settings import relay, test, transports
from newsletter.web.admin.settings.blueprint import blueprint

__all__ = ["blueprint", "relay", "test", "transports"]
