"""A request as it arrives, before the application sees it."""

from collections.abc import Callable

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

from newsletter.cli.serve.deadlines import Deadlines
from newsletter.web.body_limits import LARGEST_FORM, LARGEST_UPLOAD, largest_body


class Busy(Error):
    """So much is being uploaded that there is no room for more."""

    code, reason = 503, "Service Unavailable"


class Request(HTTPRequestParser):
    """A request that arrives. `has_room` says whether a large body of so many octets may be taken in.

    One that is too large goes to the application without its body: that refuses it by its length.
    """

    empty: bool = False
    largest = LARGEST_FORM  # octets of a body
    reserved = 0  # octets of a large body, in memory or on the disk
    body_is_unread = False  # whether more of it may come, which nobody wants

    def __init__(self, has_room: Callable[[int], bool], adjustments: Adjustments) -> None:
        super().__init__(adjustments)
        self._has_room = has_room

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head. Raises `ParsingError`."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a number with thousands of digits
            raise ParsingError("Content-Length is invalid") from error
        self.largest = largest_body(self.path)
        if self.largest > LARGEST_FORM and (self.chunked or self.content_length > LARGEST_FORM):
            self._reserve(LARGEST_UPLOAD if self.chunked else self.content_length)

    def received(self, data: bytes) -> int:
        """Take in what belongs to this request; how many octets of `data` that were."""
        consumed: int = super().received(data)
        if self.empty:  # blank lines and nothing else, with which a connection could be kept for ever
            self.empty, self.error = False, BadRequest("A request begins with its method.")
        length = max(self.content_length, self.body_bytes_received)
        if length > self.largest and (self.error is None or isinstance(self.error, RequestEntityTooLarge)):
            self._leave_body(length)
        if self.error is not None:
            self.completed = self.body_is_unread = True
            self.expect_continue = False
        return consumed

    def close(self) -> None:
        """Give up the body."""
        super().close()
        self.reserved = 0

    def seconds(self, deadlines: Deadlines) -> float:
        """How long all of it may take to arrive, as far as it is known."""
        if not self.headers_finished:
            return deadlines.head
        length = max(self.content_length, self.body_bytes_received)
        return deadlines.head + deadlines.body + length / deadlines.body_rate

    def _reserve(self, octets: int) -> None:
        if octets <= self.largest and not self._has_room(octets):
            self.error = Busy("Too much is being uploaded at the moment. Please try again in a minute.")
        else:
            self.reserved = octets

    def _leave_body(self, length: int) -> None:
        self.close()
        self.completed = self.body_is_unread = True
        self.error, self.body_rcv, self.expect_continue = None, None, False
        self.headers["CONTENT_LENGTH"] = str(length)
