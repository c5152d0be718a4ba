"""A small IMAP server on loopback (RFC 3501): what a poller needs, and faults that tests choose."""

import socketserver
import threading
from types import TracebackType
from typing import Self


class ImapServer:
    """Folders of messages by uid. `faults`: commands, or their last words, at which it hangs up once.

    with ImapServer() as server:
        server.deliver(b"Subject: Hi\\r\\n\\r\\n")
        poll(server.url)
    """

    user, password = "mail@press.example", "s3cret: /?#"

    def __init__(self, *, moves: bool = True) -> None:
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.seen: set[int] = set()
        self.deleted: set[int] = set()
        self.faults: list[str] = []
        self.moves = moves  # whether it knows MOVE (RFC 6851)
        self._last_uid = 0
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        port = self._server.server_address[1]
        return f"imap://mail%40press.example:s3cret%3A%20%2F%3F%23@127.0.0.1:{port}/INBOX"

    def deliver(self, message: bytes, folder: str = "INBOX") -> int:
        self._last_uid += 1
        self.folders[folder][self._last_uid] = message
        return self._last_uid

    def count(self, folder: str) -> int:
        return len(self.folders.get(folder, {}))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def _handler(server: ImapServer) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, command = line.strip().decode().partition(" ")
                words = command.replace('"', "").split()
                name = words[1] if words[0] == "UID" else words[0]
                if fault := {name, words[-1]} & set(server.faults):
                    server.faults.remove(fault.pop())
                    return
                untagged, status = _answer(server, name, words, command)
                self.wfile.write(untagged + f"{tag} {status}\r\n".encode())
                if name == "LOGOUT":
                    return

    return Handler


def _answer(server: ImapServer, name: str, words: list[str], command: str) -> tuple[bytes, str]:
    """The untagged responses, and the end of the tagged one."""
    if name == "LOGIN" and command != f'LOGIN "{server.user}" "{server.password}"':
        return b"", "NO [AUTHENTICATIONFAILED] wrong password"
    if words[0] == "UID" and name != "SEARCH":
        return _answer_about(server, name, int(words[2]), words[3:]), "OK done"
    return _answer_in_general(server, name, words), "OK done"


def _answer_in_general(server: ImapServer, name: str, words: list[str]) -> bytes:
    inbox = server.folders["INBOX"]
    if name == "CAPABILITY":
        return b"* CAPABILITY IMAP4rev1%s\r\n" % (b" MOVE" if server.moves else b"")
    if name == "LIST":
        return f'* LIST () "." "{words[-1]}"\r\n'.encode() if words[-1] in server.folders else b""
    if name == "SEARCH":
        return b"* SEARCH %s\r\n" % b" ".join(b"%d" % uid for uid in inbox)
    if name == "LOGOUT":
        return b"* BYE\r\n"
    if name == "CREATE":
        server.folders[words[1]] = {}
    elif name == "EXPUNGE":
        server.folders["INBOX"] = {uid: raw for uid, raw in inbox.items() if uid not in server.deleted}
    return b""


def _answer_about(server: ImapServer, name: str, uid: int, words: list[str]) -> bytes:
    """What is done with the message `uid` of the INBOX, if it is there."""
    inbox = server.folders["INBOX"]
    if uid not in inbox:
        return b""
    if name == "FETCH":
        message = inbox[uid]
        part = message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in words[0] else message
        head = b"* 1 FETCH (UID %d FLAGS () RFC822.SIZE %d BODY[] {%d}\r\n" % (uid, len(message), len(part))
        return head + part + b")\r\n"
    if name == "STORE":
        (server.deleted if "Deleted" in words[1] else server.seen).add(uid)
    if name in {"COPY", "MOVE"}:
        server.folders[words[0]][uid] = inbox[uid]
    if name == "MOVE":
        del inbox[uid]
    return b""
