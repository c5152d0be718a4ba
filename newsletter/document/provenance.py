"""Who reported something, and when."""

from enum import StrEnum

from newsletter.document.fields import Day, Model, ShortLine


class Style(StrEnum):
    """How the outlet is named; the words themselves are made in `attribution`."""

    OUTLET = "outlet"  # *The Harbour Post* alone, under the blurb
    REPORTED = "reported"  # …, reported *The Harbour Post*.
    ACCORDING_TO = "according_to"  # According to *The Harbour Post*, …


class Provenance(Model):
    """Where an item comes from: fields, from which the attribution is written."""

    outlet: ShortLine = ""
    """The paper, agency or site that published it."""
    style: Style = Style.OUTLET
    """How the outlet is named: outlet, reported or according_to."""
    byline: ShortLine = ""
    """Who wrote it, without “By”."""
    published: Day | None = None
    """The day it was published there."""
