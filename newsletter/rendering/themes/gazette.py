"""Gazette: serif headlines, hairlines, paper and ink."""

from newsletter.rendering.theme import Theme

GAZETTE = Theme(key="gazette", label="Gazette")
