"""Render a custom template, or say in one sentence, with its line, why it cannot be rendered.

Only for the process of `child`: nothing here bounds time or memory.
"""

import re
import traceback
from collections.abc import Iterator
from typing import Any

from jinja2 import Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError

from newsletter.core.errors import DomainError, Refused
from newsletter.core.text import full_stop
from newsletter.rendering.custom_template.environment import environment, refused_statement
from newsletter.rendering.custom_template.limits import TimeIsUp
from newsletter.rendering.render_input import CustomTemplate

LARGEST_TEMPLATE = 100_000  # characters
LARGEST_HTML = 500_000  # characters; Gmail shows 102,000
DEEPEST = 40  # brackets and statements around one another

_FILE = "template.html"
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_STATEMENTS = frozenset(["block", "call", "filter", "for", "if", "macro", "trans", "with"])
_ENDS = frozenset(f"end{name}" for name in _STATEMENTS)
_MODULE = re.compile(r"\bnewsletter\.[\w.]+\.(?=\w)")
_STOPPED: dict[type[BaseException], str] = {
    TimeIsUp: "This takes too long: the template was stopped.",
    MemoryError: "This needs too much memory: the template was stopped.",
    RecursionError: "This calls itself again and again: the template was stopped.",
}
# As Python writes it; filters may have changed its letters or its spaces.
_ADDRESS = re.compile(r"\bat\W{1,3}0x[0-9a-f]{6,16}(?![0-9a-f])", re.IGNORECASE)
_FUNCTION = re.compile(r"<(?:built-in |bound )?\w+ (?:[\w.]+\.)?(\w+)[^>]*>")


def render_template(template: CustomTemplate, context: dict[str, Any]) -> str:
    """The HTML that `template` makes of `context`.

    Raises `Refused`, with the line where there is one, for whatever is wrong with it.
    """
    try:
        html = "".join(_pieces(_compiled(template), context))
    except Refused as error:
        if error.code != "template_refused":
            raise  # about the issue, such as an image that is gone
        raise bad_template(template, error.message, line_of(error)) from error
    except DomainError:
        raise
    except TemplateSyntaxError as error:
        # Of a built-in template that is included, the line would be another file's.
        line = error.lineno if error.filename in (None, _FILE) else line_of(error)
        raise bad_template(template, _sentence(error), line) from error
    except (Exception, TimeIsUp) as error:
        raise bad_template(template, _sentence(error), line_of(error)) from error
    if _ADDRESS.search(html):
        sentence = "The template shows where an object is in memory, which is different each time."
        raise bad_template(template, sentence)
    return html


def bad_template(template: CustomTemplate, sentence: str, line: int | None = None) -> Refused:
    """The refusal of a template, told of the line where it has one."""
    of = f" of the template (version {template.version})" if template.version else ""
    if line:
        sentence = f"Line {line}{of}: {sentence}"
    elif template.version:
        sentence = f"The template (version {template.version}) cannot be used: {sentence}"
    return Refused("bad_template", sentence, {"text": sentence})


def line_of(error: BaseException) -> int | None:
    """The line of the template that `error` comes from, however deep in built-in templates it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == _FILE), None)


def _compiled(template: CustomTemplate) -> Template:
    if len(template.text) > LARGEST_TEMPLATE:
        sentence = f"It has {len(template.text):,} characters; {LARGEST_TEMPLATE:,} are allowed."
        raise bad_template(template, sentence)
    sandbox = environment()
    line = _too_deep(template.text)
    if line:
        raise bad_template(template, "This is nested too deeply.", line)
    try:
        tree = sandbox.parse(template.text, _FILE, _FILE)
        statement = refused_statement(tree)
        if statement is not None:
            raise bad_template(template, "“autoescape” cannot be used here.", statement.lineno)
        code = sandbox.compile(tree, _FILE, _FILE)
    except (RecursionError, MemoryError, SyntaxError) as error:  # Python, too, has a limit of nesting
        raise bad_template(template, "The template is nested too deeply.") from error
    return Template.from_code(sandbox, code, sandbox.make_globals(None))


def _too_deep(text: str) -> int | None:
    """The line at which brackets and statements are nested deeper than any layout needs; None without one."""
    depth = 0
    opened = False
    for line, kind, value in environment().lex(text):
        if kind == "operator":
            depth += (value in _OPENING) - (value in _CLOSING)
        elif kind == "block_begin":
            opened = True
        elif kind == "name" and opened:
            depth += (value in _STATEMENTS) - (value in _ENDS)
            opened = False
        if depth > DEEPEST:
            return line
    return None


def _pieces(template: Template, context: dict[str, Any]) -> Iterator[str]:
    size = 0
    try:
        for piece in template.generate(context):
            size += len(piece)
            if size > LARGEST_HTML:
                sentence = (
                    f"It makes more than {LARGEST_HTML // 1000} kB of HTML, which no email program shows."
                )
                raise Refused("template_refused", sentence)
            yield piece
    except TimeIsUp:
        environment().handle_exception()  # with lines of the template, which Jinja only does for an Exception


def _sentence(error: BaseException) -> str:
    for kind, sentence in _STOPPED.items():
        if isinstance(error, kind):
            return sentence
    if isinstance(error, SecurityError):
        words = str(error).replace("is not safely callable", "may not be called")
        return f"This is not allowed here: {_shown(words)}"
    if isinstance(error, TemplateNotFound):
        return f"There is no built-in template “{str(error.name)[:80]}”."
    words = (error.message if isinstance(error, TemplateError) else str(error)) or type(error).__name__
    return _shown(f"{words[:1].upper()}{words[1:]}")


def _shown(words: str) -> str:
    words = _FUNCTION.sub(r"“\1”", _MODULE.sub("", " ".join(words.split())))
    return full_stop(words if len(words) <= 200 else f"{words[:199]}…")
