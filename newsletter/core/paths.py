"""Where the files that ship with the code are: in a wheel inside the package, in a checkout beside it."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def templates_dir() -> Path:
    """The folder of all Jinja templates."""
    in_wheel = PACKAGE / "templates"
    return in_wheel if in_wheel.is_dir() else PACKAGE.parent / "templates"


def static_dir() -> Path:
    """The folder of the built front end (not in git)."""
    return PACKAGE / "web" / "static"


def translations_dir() -> Path:
    """The folder of the gettext catalogues."""
    return PACKAGE / "translations"


def migrations_dir() -> Path:
    """The folder of the Alembic migrations."""
    return PACKAGE / "migrations"
