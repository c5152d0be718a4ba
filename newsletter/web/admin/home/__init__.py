"""Home: the next issue, what is on its way, the readers, whether everything runs, and the first steps."""

from newsletter.web.admin.home import show
from newsletter.web.admin.home.show import blueprint

__all__ = ["blueprint", "show"]
