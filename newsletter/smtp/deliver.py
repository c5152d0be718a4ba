"""Deliver over a session with the fastest dialogue that both sides can be trusted with."""

from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.dialogue import Deliver
from newsletter.smtp.session import Capabilities
from newsletter.smtp.url import Dialogue

CLIENTS: dict[Dialogue, Deliver] = {
    Dialogue.PLAIN: plain.deliver,
    Dialogue.PIPELINING: pipelined.deliver,
    Dialogue.CHUNKING: chunked.deliver,
}


def choose(offered: Capabilities, most: Dialogue = Dialogue.CHUNKING) -> Deliver:
    """The client for a server that offers this; `most`: the fastest that may be used with it."""
    best = Dialogue.PLAIN
    if offered.pipelining:
        best = Dialogue.CHUNKING if offered.chunking else Dialogue.PIPELINING
    return CLIENTS[min(best, most)]
