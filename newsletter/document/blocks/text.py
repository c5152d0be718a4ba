"""Rich text: the editor's own words."""

from typing import Literal

from newsletter.document.fields import RichText
from newsletter.document.section import Block, Section


class TextSection(Section):
    """Paragraphs with bold, italic, links, lists and line breaks."""

    type: Literal["text"]
    text: RichText = ""


def example() -> TextSection:
    return TextSection(
        type="text",
        id="from-the-editor",
        text='Dear {{ first_name | default: "reader" }},\n\n'
        "it was a week of *small doors opening*. Three things to keep in mind:\n\n"
        "- the ferry, which is **back**;\n"
        "- the treaty, which is [nearly signed](https://news.example.org/water-treaty);\n"
        "- the library, which opens on Sunday.\n\n"
        "With thanks,\nthe editors",
    )


TEXT = Block("text", "Text", TextSection, example)
