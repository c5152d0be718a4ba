"""Verify a bundle: nothing in it was changed, and what it was made of makes the same message again.

It needs no database: a bundle can be verified years later, on another machine, with the same version.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from newsletter.bundles.write import FORMAT, MADE_OF, MANIFEST, MESSAGE
from newsletter.core.errors import DomainError, Refused
from newsletter.rendering.compile_input import CompileInput, compile_from

LARGEST = 500_000_000  # octets of all files, unpacked
MOST_FILES = 2_000


@dataclass(frozen=True)
class Verification:
    """What came of it. `problem` is empty where everything is as it was."""

    facts: dict[str, Any]
    rebuilt: bool  # the message was made again; False where the bundle does not hold what it was made of
    problem: str = ""

    @property
    def identical(self) -> bool:
        return self.rebuilt and not self.problem


def verify_bundle(octets: bytes) -> Verification:
    """Read and verify a bundle. Raises `Refused` for what is none."""
    parts = _read(octets)
    manifest = _manifest(parts)
    digests = manifest.pop("files")
    for name, digest in digests.items():
        if name not in parts:
            return Verification(manifest, rebuilt=False, problem=f"The file {name} is missing.")
        if hashlib.sha256(parts[name]).hexdigest() != digest:
            return Verification(manifest, rebuilt=False, problem=f"The file {name} was changed.")
    if extra := sorted(set(parts) - set(digests) - {MANIFEST}):
        return Verification(manifest, rebuilt=False, problem=f"The file {extra[0]} was added.")
    if MADE_OF not in parts:
        return Verification(manifest, rebuilt=False)
    return Verification(manifest, rebuilt=True, problem=_compare(parts[MADE_OF], parts[MESSAGE]))


def _compare(made_of: bytes, message: bytes) -> str:
    try:
        again = compile_from(CompileInput.from_json(made_of.decode()))
    except (ValueError, DomainError):
        return "This version cannot make the message again."
    same = again.to_json().encode() == message
    return "" if same else "The message that is made again differs from the one that was sent."


def _read(octets: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES or sum(member.file_size for member in members) > LARGEST:
                raise _refused()
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _refused() from error


def _manifest(parts: dict[str, bytes]) -> dict[str, Any]:
    try:
        manifest = json.loads(parts[MANIFEST])
        known = manifest["format"] == FORMAT and MESSAGE in manifest["files"]
    except (KeyError, TypeError, ValueError) as error:
        raise _refused() from error
    if not known or not isinstance(manifest["files"], dict):
        raise _refused()
    return dict(manifest)


def _refused() -> Refused:
    return Refused("bad_bundle", "This file is not a bundle that `newsletter issue bundle` wrote.")
