"""The import form, filled in and sent as a browser does, and a worker that reads what was sent."""

from newsletter.runtime import Runtime
from newsletter.subscribers.imports.files import FOLDER, ImportFiles
from newsletter.subscribers.imports.process import run_import
from tests.web.admin.subscribers.requests import LIST, read
from tests.web.signed_in import SignedIn

IMPORT = f"{LIST}/import"
AGREED = "They ticked the box\nat the spring conference."
BOUNDARY = "a-boundary-of-the-tests"
GOOD = "email,name\nana@new.example,Ana\nbo@new.example,Bo\n"


def multipart(file: tuple[str, bytes] | None, **fields: str) -> bytes:
    """A form with a file (RFC 7578), however large, as the octets that a browser sends."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if file is not None:
        name, octets = file
        disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        parts += [
            f"--{BOUNDARY}\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n".encode(),
            octets,
            b"\r\n",
        ]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


class Upload:
    """The import form, filled in and sent."""

    def __init__(self, client: SignedIn, runtime: Runtime) -> None:
        self.client, self.runtime = client, runtime
        self.folder = runtime.settings.data_dir / FOLDER

    def send(
        self,
        octets: bytes | str = b"",
        *,
        name: str = "people.csv",
        text: str = "",
        statement: str = AGREED,
        kind: str = "subscribe",
    ) -> tuple[int, str, str]:
        """Status, where it leads to, and the page."""
        raw = octets.encode() if isinstance(octets, str) else octets
        file = (name, raw) if octets or not text else None
        body = multipart(file, csrf_token=self.client.token, text=text, statement=statement, kind=kind)
        answer = self.client.post(IMPORT, data=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")
        return answer.status_code, answer.location or "", answer.text

    def refused(self, octets: bytes | str = b"", status: int = 400, **fields: str) -> str:
        code, _, page = self.send(octets, **fields)
        assert code == status, page
        assert list(self.folder.glob("*")) == []
        return page

    def confirmed(self, octets: bytes | str = b"", **fields: str) -> str:
        """Where the page of an import is that was looked at and confirmed."""
        code, location, page = self.send(octets, **fields)
        assert code == 303, page
        answer = self.client.post(f"{location}/confirm")
        assert (answer.status_code, answer.location) == (303, location)
        return location

    def done(self, octets: bytes | str = b"", **fields: str) -> str:
        """The page of an import that a worker has read."""
        location = self.confirmed(octets, **fields)
        import_id = int(location.rpartition("/")[2])
        run_import(self.runtime.sessions, import_id, ImportFiles(self.runtime.settings.data_dir))
        return read(self.client, location)
