"""YAML front matter: the few named lines above a Markdown text."""

import re

import yaml

from newsletter.document.errors import DocumentInvalid
from newsletter.document.merge import TOKEN

FIELDS = ("title", "subject", "preheader", "slug", "language", "summary")
_STEM = "frontmattermergefield"
_FENCE = re.compile(r"---[ \t]*")


def split(text: str) -> tuple[dict[str, str], list[str], int]:
    """The fields of the front matter, the lines below it, and how many lines stand above those.

    Raises DocumentInvalid, with the line, for front matter that has no end, is not valid YAML, or has fields
    that are unknown or not plain values.
    """
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    if not _FENCE.fullmatch(lines[0]):
        return {}, lines, 0
    for number, line in enumerate(lines[1:], start=1):
        if _FENCE.fullmatch(line):
            return _fields(lines[1:number]), lines[number + 1 :], number + 1
    raise DocumentInvalid(
        "Line 1: the front matter has no end. Close it with a line of “---”.",
        {"line 1": "The front matter has no end."},
    )


def _fields(lines: list[str]) -> dict[str, str]:
    tokens: list[str] = []

    def hide(match: re.Match[str]) -> str:
        tokens.append(match[0])
        return f"{_STEM}{len(tokens) - 1}z"

    # A merge field's colon, bar and braces mean something in YAML; nobody should have to quote them for that.
    text = TOKEN.sub(hide, "\n".join(lines))
    node = _compose(text)
    _refuse_lost_words(text)
    fields = [_field(key, value) for key, value in _unique(node)] if node else []
    restore = re.compile(rf"{_STEM}(\d+)z")
    return {name: restore.sub(lambda match: tokens[int(match[1])], value) for name, value in fields}


def _compose(text: str) -> yaml.MappingNode | None:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        number = error.problem_mark.line + 2 if error.problem_mark else 1
        sentence = f"This line is not valid YAML: {error.problem}. Put the text after the colon in quotes."
        raise _invalid(number, sentence) from None
    except yaml.YAMLError:
        raise _invalid(1, "The front matter contains a character that YAML does not allow.") from None
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise _invalid(2, "The front matter must be lines like “title: …”.")
    return node


def _refuse_lost_words(text: str) -> None:
    """Refuse what YAML reads as something else than text: comments beside a value, anchors, aliases and tags.

    A line of its own that begins with “#” is meant as a comment (YAML 1.2 §6.6).
    """
    scalars: list[tuple[int, int]] = []
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            scalars.append((token.start_mark.index, token.end_mark.index))
        elif isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
            mark = text[token.start_mark.index]
            raise _invalid(token.start_mark.line + 2, f"“{mark}” means something in YAML. Quote the value.")
    for match in re.finditer("#", text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        if match.start() > line_start and not any(start <= match.start() < end for start, end in scalars):
            number = text.count("\n", 0, match.start()) + 2
            raise _invalid(number, "In YAML, “#” starts a comment. Put the text after the colon in quotes.")


def _unique(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    seen: set[str] = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            raise _invalid(key.start_mark.line + 2, f"“{key.value}” appears twice.")
        seen.add(str(key.value))
    return list(node.value)


def _field(key: yaml.Node, value: yaml.Node) -> tuple[str, str]:
    number = key.start_mark.line + 2
    name = str(key.value)
    if name not in FIELDS:
        raise _invalid(number, f"There is no field “{name}”. Known: {', '.join(FIELDS)}.")
    if not isinstance(value, yaml.ScalarNode):
        raise _invalid(number, f"“{name}” must be one line of text. If it begins with [ or {{, quote it.")
    return name, " ".join(str(value.value).split())


def _invalid(number: int, sentence: str) -> DocumentInvalid:
    return DocumentInvalid(f"Line {number}: {sentence}", {f"line {number}": sentence})
