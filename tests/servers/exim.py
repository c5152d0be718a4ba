"""Exim: each message is passed on as soon as it was taken."""

import os
from pathlib import Path

from tests.servers.relay import RealServer

CONFIGURATION = """
primary_hostname = exim.test
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/exim.pid
exim_path = {program}
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
message_size_limit = {limit}
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_queue_per_connection = 0
tls_advertise_hosts =
acl_smtp_rcpt = known

begin acl
known:
  accept condition = ${{if match{{$local_part@$domain}}{{^u[0-9]+@example.org\\$}}}}
  deny message = Unknown user

begin routers
on:
  driver = manualroute
  transport = on
  route_list = * 127.0.0.1
  self = send

begin transports
on:
  driver = smtp
  port = {next_hop}
  allow_localhost
  hosts_try_fastopen =
"""


class Exim(RealServer):
    """See `RealServer`."""

    PACKAGE = "exim4-daemon-light"
    PROGRAMS = ("usr/sbin/exim4",)
    ACCOUNTS = ("Debian-exim",)

    def furnish(self) -> None:
        values = {
            "folder": self.folder,
            "program": self.program(),
            "next_hop": self.next_hop,
            "port": self.port,
            "limit": self.LIMIT,
        }
        (self.folder / "exim.conf").write_text(CONFIGURATION.format(**values))
        spool = self.folder / "spool"
        spool.mkdir(mode=0o750)
        os.chown(spool, self.ids["Debian-exim"], self.ids["Debian-exim"])

    def command(self) -> list[str | Path]:
        return [self.program(), "-C", self.folder / "exim.conf", "-bdf", "-q1s"]
