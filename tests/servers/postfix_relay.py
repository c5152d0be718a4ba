"""Postfix itself: smtpd takes the mail, and its queue passes it on."""

import os
from pathlib import Path

from tests.servers.postfix import PRIVATE
from tests.servers.relay import RealServer

MAIN = """
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {unpacked}/usr/lib/postfix/sbin
command_directory = {unpacked}/usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/queue/maillog
maillog_file_prefixes = {folder}
myhostname = postfix.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
disable_dns_lookups = yes
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = example.org
relay_recipient_maps = regexp:{folder}/etc/recipients
unknown_relay_recipient_reject_code = 550
relayhost = [127.0.0.1]:{next_hop}
message_size_limit = {limit}
smtpd_error_sleep_time = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
relay unix - - n - - smtp
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming")
OTHERS = ("private", "saved", "trace")


class Postfix(RealServer):
    """See `RealServer`."""

    PACKAGE = "postfix"
    PROGRAMS = ("usr/lib/postfix/sbin/master", "usr/lib/postfix/sbin/smtpd")
    PRIVATE = PRIVATE
    ACCOUNTS = ("postfix", "postdrop")

    def furnish(self) -> None:
        etc, queue, data = (self.folder / name for name in ("etc", "queue", "data"))
        etc.mkdir()
        values = {
            "folder": self.folder,
            "unpacked": self.unpacked,
            "next_hop": self.next_hop,
            "port": self.port,
            "limit": self.LIMIT,
        }
        (etc / "main.cf").write_text(MAIN.format(**values))
        (etc / "master.cf").write_text(MASTER.format(**values))
        (etc / "recipients").write_text(r"/^u[0-9]+@example\.org$/ known" + "\n")
        queue.mkdir(mode=0o755)
        (queue / "pid").mkdir()
        owner, group = self.ids["postfix"], self.ids["postdrop"]
        for folder in (data, *(queue / name for name in (*QUEUES, *OTHERS))):
            folder.mkdir(mode=0o700)
            os.chown(folder, owner, -1)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            (queue / name).mkdir()
            (queue / name).chmod(mode)
            os.chown(queue / name, owner, group)

    def command(self) -> list[str | Path]:
        return [self.program(), "-d", "-c", self.folder / "etc"]

    def environment(self) -> dict[str, str]:
        return {"MAIL_CONFIG": str(self.folder / "etc")}
