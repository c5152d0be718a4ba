"""All built-in themes. A new one is one file here, a folder of templates, and one line in this list."""

from newsletter.core.registry import Registry
from newsletter.rendering.theme import Theme
from newsletter.rendering.themes.bulletin import BULLETIN
from newsletter.rendering.themes.gazette import GAZETTE
from newsletter.rendering.themes.poster import POSTER

THEMES: Registry[Theme] = Registry("theme", [GAZETTE, BULLETIN, POSTER])
