"""PURE: an issue document, a theme and a variant become one compiled message. No database, no Flask."""
