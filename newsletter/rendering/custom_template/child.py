"""The process that renders custom templates: it forks one for each, which ends or is killed.

`process` starts it and sends it sockets, one for each issue. It knows no database, no settings and no
environment. What it forks has everything imported already, so a message costs some milliseconds more than one
of a built-in theme.
"""

import gc
import os
import select
import signal
import socket
from dataclasses import replace

from markupsafe import Markup

from newsletter.core.errors import DomainError
from newsletter.core.paths import templates_dir
from newsletter.rendering import premailer_adapter  # noqa: F401 - imported before anything is forked
from newsletter.rendering.compile import body_of
from newsletter.rendering.compose import Composed, compose_with, template_context
from newsletter.rendering.custom_template.environment import FOLDERS, environment
from newsletter.rendering.custom_template.limits import (
    CSS_SECONDS,
    TEMPLATE_SECONDS,
    TimeIsUp,
    limit_this_process,
    raise_after,
)
from newsletter.rendering.custom_template.lost_parts import refuse_lost_parts
from newsletter.rendering.custom_template.render import LARGEST_HTML, bad_template, render_template
from newsletter.rendering.custom_template.request import Answer, Problem, Reply, Request
from newsletter.rendering.custom_template.starter import starter
from newsletter.rendering.example_issue import EXAMPLE, PICTURES
from newsletter.rendering.inline import inline_parts
from newsletter.rendering.redirects import redirect_of
from newsletter.rendering.render_input import CustomTemplate, PublicationInput, RenderInput
from newsletter.rendering.slots import SlotTable
from newsletter.rendering.theme import Tokens

TAKEN = b"+"  # before the reply: the request has arrived
IDLE_SECONDS = 300.0  # without a request, then it ends


def main() -> None:
    """Serve the socket that is standard input until it is closed, or for long idle."""
    control = socket.socket(fileno=0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what has ended leaves nothing
    signal.signal(signal.SIGPROF, signal.SIG_IGN)  # the limits are for what is forked
    _load_built_in()
    while select.select([control], [], [], IDLE_SECONDS)[0]:
        octets, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not octets:
            return
        with socket.socket(fileno=sockets[0]) as request:
            request.sendall(TAKEN)
            if os.fork() == 0:
                control.close()
                _serve(request)
                os._exit(0)


def _load_built_in() -> None:
    """Load what every template includes, and make one message: what is forked knows all that then."""
    sandbox = environment()
    folder = templates_dir() / "email"
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(FOLDERS):
            sandbox.get_template(name)
    publication = PublicationInput(name="Example", postal_address="1 Example Street")
    template = CustomTemplate(starter("gazette"))
    given = RenderInput(document=EXAMPLE, publication=publication, media=PICTURES, template=template)
    _answer(Request(given, SlotTable()))
    gc.freeze()  # a collection in what is forked leaves the memory shared
    raise_after(0)


def _serve(request: socket.socket) -> None:
    """Read a request to its end and answer it; whatever happens, nobody else is disturbed."""
    limit_this_process()
    with request.makefile("rb") as file:
        asked = Request.from_json(file.read())
    try:
        reply = Reply(answer=_answer(asked))
        raise_after(0)
    except DomainError as error:
        raise_after(0)
        reply = Reply(problem=Problem(error.code, error.message, error.fields))
    except (TimeIsUp, MemoryError, RecursionError):
        raise_after(0)
        template = asked.given.template or CustomTemplate("")
        refused = bad_template(template, "Its CSS takes too long to be applied: make it simpler.")
        reply = Reply(problem=Problem(refused.code, refused.message, refused.fields))
    request.sendall(reply.to_json())


def _answer(asked: Request) -> Answer:
    given, slots = asked.given, asked.slots
    if given.template is None:
        message = "asked for an issue without a custom template"
        raise ValueError(message)
    followed: dict[str, None] = {}
    leads_to = redirect_of(given, slots)

    def redirect(url: str) -> str:
        followed[url] = None
        return leads_to(url) if leads_to else url

    context = template_context(given, slots, redirect)
    context["tokens"] = _with_plain_fonts(context["tokens"])
    raise_after(TEMPLATE_SECONDS)
    html = render_template(given.template, context)
    raise_after(CSS_SECONDS)
    composed: Composed = compose_with(given.document, html, context, slots)
    inlined = inline_parts(body_of("html", composed.html))
    if len(inlined.html) > 2 * LARGEST_HTML:
        raise bad_template(given.template, "Its CSS makes more HTML than any email program shows.")
    refuse_lost_parts(given.template, inlined.html, context)
    return Answer(
        composed.html,
        composed.text,
        composed.subject,
        composed.preheader,
        composed.slots,
        inlined,
        tuple(followed),
    )


def _with_plain_fonts(tokens: Tokens) -> Tokens:
    """Lists of fonts are checked, and stand in CSS, where a quotation mark must not be escaped."""
    names = ("headline_font", "text_font", "label_font")
    return replace(tokens, **{name: Markup(getattr(tokens, name)) for name in names})  # noqa: S704 - checked


if __name__ == "__main__":
    main()
