"""The files below DATA_DIR that hold something of people, and how somebody is erased from them."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from newsletter.core.address_text import AddressInText
from newsletter.core.errors import OperatorMustAct
from newsletter.core.whole_file import whole_file
from newsletter.smtp.mailbox import store
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool


@dataclass(frozen=True)
class PersonalFiles:
    """Uploaded files, exports, what the embedded mailbox has caught, and the spool of unsubscribes."""

    imports: ImportFiles
    mailbox: Path
    unsubscribes: UnsubscribeSpool
    exports: ExportFiles

    def erase(self, address: AddressInText, subscriber_id: int, subscription_ids: Collection[int]) -> None:
        """Erase the person with this address. Raises `OperatorMustAct` when a file cannot be written."""
        try:
            for path in sorted(self.imports.folder.glob("*.csv")):
                _erase_lines(path, address)
            self.exports.discard_others(())
            _erase_mail(self.mailbox, address)
            self.unsubscribes.forget(subscriber_id, subscription_ids)
        except OSError as error:
            sentence = f"Nobody was erased: {error.filename} cannot be changed ({error.strerror})."
            raise OperatorMustAct("personal_files", sentence) from error


def personal_files(data_dir: Path, mailbox_dir: Path, unsubscribe_dir: Path) -> PersonalFiles:
    """The files of an installation with these folders."""
    spool = UnsubscribeSpool(unsubscribe_dir)
    return PersonalFiles(ImportFiles(data_dir), mailbox_dir, spool, ExportFiles(data_dir))


def _erase_mail(folder: Path, address: AddressInText) -> None:
    for message_id in store.message_ids(folder):
        if any(map(address.is_in, store.read_recipients(folder, message_id))):
            store.remove(folder, message_id)


def _erase_lines(path: Path, address: AddressInText) -> None:
    """Erase the lines of an uploaded file that name the address. Their number stays: imports count them."""
    with suppress(FileNotFoundError), path.open("rb") as file:  # its import may be over by now
        if not any(address.is_in(_text(line)) for line in file):
            return
        file.seek(0)
        with whole_file(path) as changed:
            for number, line in enumerate(file):
                changed.write(_erased(line, address, is_header=number == 0))


def _erased(line: bytes, address: AddressInText, *, is_header: bool) -> bytes:
    """An empty line, so that the name goes, too; where a cell goes on in another line, only the address."""
    text = _text(line)
    if not address.is_in(text):
        return line
    if is_header or text.count('"') % 2:
        return address.erase(text).encode(errors="surrogateescape")
    return line[len(line.rstrip(b"\r\n")) :]


def _text(line: bytes) -> str:
    return line.decode(errors="surrogateescape")
