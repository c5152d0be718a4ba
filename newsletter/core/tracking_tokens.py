"""The addresses of tracked links and pixels: `/l/<link>.<reader>` and `/o/<pixel>.<reader>.gif`.

The first part is the same for all recipients of a mailing, and carries where the link leads, so that nobody
has to be asked. The second says whose copy it stands in:

    a token of the delivery   where a publication counts people
    `all`                     where nobody is told apart
    nothing                   in what is no recipient's copy, such as the email as a web page
"""

from dataclasses import dataclass
from functools import lru_cache

from newsletter.core.errors import Missing
from newsletter.core.tokens import Purpose, Signer, read_varint, varint

EVERYBODY = "all"
# The fields of a message that say whose copy it is: a token of the delivery, or the same for everybody.
READER_SLOT, EVERYBODY_SLOT = "reader_token", "everybody_token"
CANARY_LINK = 0  # as the id of a link: the one that no person sees
LONGEST_TARGET = 600  # octets of a URL that is carried; for a longer one the database is asked
LONGEST_TOKEN = 900
LONGEST_READER = 60
SEQ_OCTETS = 4  # quicker to write than as few as it needs, for each copy


@dataclass(frozen=True, slots=True)
class TrackedLink:
    """A link of a mailing; `target` is where it led when it was sent, empty where it is not carried."""

    mailing_id: int
    link_id: int
    target: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose copy a link stands in: `seq` in the mailing, 0 where nobody is told apart."""

    seq: int
    is_recipient: bool  # False for what is no recipient's copy: it is not counted


def write_link_token(signer: Signer, mailing_id: int, link_id: int, target: str) -> str:
    """The first part of a link's address; a target beyond `LONGEST_TARGET` octets is left out."""
    octets = target.encode()
    carried = octets if len(octets) <= LONGEST_TARGET else b""
    return signer.seal(Purpose.TRACKED_LINK, varint(mailing_id) + varint(link_id) + carried)


def read_link_token(signer: Signer, token: str) -> TrackedLink:
    """What `write_link_token` was given; `Missing` when it is not genuine."""
    payload = signer.unseal(Purpose.TRACKED_LINK, token, LONGEST_TOKEN)
    mailing_id, rest = read_varint(payload)
    link_id, target = read_varint(rest)
    return TrackedLink(mailing_id, link_id, target.decode())


def write_pixel_token(signer: Signer, mailing_id: int) -> str:
    """The first part of a pixel's address."""
    return signer.seal(Purpose.PIXEL, varint(mailing_id))


def read_pixel_token(signer: Signer, token: str) -> int:
    """The id of the mailing; `Missing` when it is not genuine."""
    return read_varint(signer.unseal(Purpose.PIXEL, token))[0]


def write_reader_token(signer: Signer, mailing_id: int, seq: int) -> str:
    """The second part of an address, for the delivery `seq` of a mailing."""
    return signer.seal(Purpose.READER, _mailing_octets(mailing_id) + seq.to_bytes(SEQ_OCTETS))


@lru_cache(maxsize=64)  # the same for all copies of a mailing
def _mailing_octets(mailing_id: int) -> bytes:
    return varint(mailing_id)


def read_reader(signer: Signer, mailing_id: int, text: str) -> Reader:
    """Whose copy of the mailing it is; `Missing` when it is not genuine or of another mailing."""
    if text in {"", EVERYBODY}:
        return Reader(seq=0, is_recipient=bool(text))
    of_mailing, rest = read_varint(signer.unseal(Purpose.READER, text, LONGEST_READER))
    seq = int.from_bytes(rest)
    if of_mailing != mailing_id or len(rest) != SEQ_OCTETS or not seq:
        raise Missing("unknown_token", "This link is not complete. Copy the whole link from the email.")
    return Reader(seq, is_recipient=True)
