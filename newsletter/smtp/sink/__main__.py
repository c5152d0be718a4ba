"""`python -m newsletter.smtp.sink`: the sink as a process of its own.

Says `listening PORT` when it is ready, and its counts as a JSON line when it is asked (SIGUSR1) and when it
ends (SIGTERM, SIGINT).
"""

import argparse
import signal
import ssl
import sys
from pathlib import Path

from newsletter.core.errors import DomainError
from newsletter.smtp.sink.faults import Script
from newsletter.smtp.sink.options import Options
from newsletter.smtp.sink.server import Sink

ENDS = {signal.SIGTERM, signal.SIGINT}


def parser() -> argparse.ArgumentParser:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m newsletter.smtp.sink", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--record", type=Path, required=True, help="file for a JSON line per accepted copy")
    parser.add_argument(
        "--fsync", action="store_true", help="records outlive the machine, not only the process"
    )
    parser.add_argument("--faults", default="[]", help="rules as JSON, or @file")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--size", type=int, default=0, help="largest message in octets, 0 without a limit")
    parser.add_argument("--keep-content", action="store_true", help="record the octets, too")
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--no-chunking", action="store_true")
    parser.add_argument("--no-smtputf8", action="store_true")
    parser.add_argument(
        "--certificate", type=Path, help="PEM with the certificate and its key: offers STARTTLS"
    )
    parser.add_argument("--implicit-tls", action="store_true", help="TLS from the start, not STARTTLS")
    parser.add_argument("--user", action="append", default=[], help="name:password, may be repeated")
    parser.add_argument("--auth-required", action="store_true")
    parser.add_argument("--auth-in-clear", action="store_true", help="offer AUTH without TLS")
    return parser


def options(arguments: argparse.Namespace) -> Options:
    """The sink's options that `arguments` ask for. Raises `OSError` for an unreadable certificate."""
    tls = None
    if arguments.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(arguments.certificate)
    return Options(
        host=arguments.host,
        pipelining=not arguments.no_pipelining,
        chunking=not arguments.no_chunking,
        smtputf8=not arguments.no_smtputf8,
        size=arguments.size,
        tls=tls,
        implicit_tls=arguments.implicit_tls,
        users=dict(user.split(":", 1) for user in arguments.user),
        auth_required=arguments.auth_required,
        auth_in_clear=arguments.auth_in_clear,
        latency=arguments.latency,
        keep_content=arguments.keep_content,
    )


def script(text: str) -> Script:
    """The faults given as JSON, or as `@file`."""
    return Script.from_json(Path(text[1:]).read_text() if text.startswith("@") else text)


def main(argv: list[str] | None = None) -> int:
    """Run until told to end. 2 when it cannot start."""
    arguments = parser().parse_args(argv)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS | {signal.SIGUSR1})
    try:
        sink = Sink(
            options(arguments),
            script(arguments.faults),
            port=arguments.port,
            record=arguments.record,
            remember=False,
            fsync=arguments.fsync,
        ).start()
    except (DomainError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _tell(f"listening {sink.port}")
    while signal.sigwait(ENDS | {signal.SIGUSR1}) == signal.SIGUSR1:
        _tell(sink.counts.as_json())
    sink.stop()
    _tell(sink.counts.as_json())
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
