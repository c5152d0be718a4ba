"""OpenSMTPD, which offers neither PIPELINING nor CHUNKING."""

from pathlib import Path

from tests.servers.relay import RealServer

CONFIGURATION = """
table known file:{folder}/known
smtp max-message-size "{limit}"
listen on 127.0.0.1 port {port} hostname opensmtpd.test
action "on" relay host smtp://127.0.0.1:{next_hop}
match from any for domain "example.org" rcpt-to <known> action "on"
"""


class OpenSmtpd(RealServer):
    """See `RealServer`."""

    PACKAGE = "opensmtpd"
    PROGRAMS = ("usr/sbin/smtpd",)
    ACCOUNTS = ("opensmtpd", "opensmtpq")
    EMPTIED = ("/var/spool", "/var/lib", "/run")
    MOST = 1000  # recipients that it knows

    def furnish(self) -> None:
        values = {"folder": self.folder, "next_hop": self.next_hop, "port": self.port, "limit": self.LIMIT}
        (self.folder / "smtpd.conf").write_text(CONFIGURATION.format(**values))
        (self.folder / "known").write_text("".join(f"u{n}@example.org\n" for n in range(self.MOST)))

    def command(self) -> list[str | Path]:
        prepare = "mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd && chmod 711 /var/spool/smtpd"
        return [
            "sh",
            "-ec",
            f'{prepare} && exec "$@"',
            "sh",
            self.program(),
            "-d",
            "-f",
            self.folder / "smtpd.conf",
        ]
