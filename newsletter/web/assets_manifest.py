"""Find a built asset by the name its source has: `public.css` → `/static/public.D8yg1QJR.css`.

Built files carry a hash of their content in their name, so they may be cached for ever; Vite's manifest
says which file a source became. https://vite.dev/guide/backend-integration
"""

import json
import re
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath

from flask import has_request_context, request

from newsletter.core.errors import OperatorMustAct

STATIC_FOLDER = Path(__file__).parent / "static"
STATIC_URL = "/static/"

_HASHED = re.compile(r".\.[A-Za-z0-9_-]{8}\.[a-z0-9]+$")


class UnknownAsset(LookupError):
    """A template names an asset that the front end does not have: a mistake in the template."""


def asset_url(name: str) -> str:
    """The URL path of a built asset, for templates: below the prefix the app is mounted at, if any.

    `name` is the source's file name, with `.js` for a script: `public.css`, `public.js`,
    `newsreader-latin-500-normal.woff2`. Raises `OperatorMustAct` when the front end is not built,
    `UnknownAsset` when it has no such file.
    """
    files = built_files()
    if name not in files:
        known = ", ".join(sorted(files))
        message = f"the front end has no asset called {name!r}; it has: {known}"
        raise UnknownAsset(message)
    prefix = request.script_root if has_request_context() else ""
    return f"{prefix}{STATIC_URL}{files[name]}"


def built_at(folder: Path = STATIC_FOLDER) -> int:
    """When the front end was built (nanoseconds): pages name its files. 0 when it is not built."""
    try:
        return _manifest(folder).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def is_immutable(_path: str, url: str) -> bool:
    """Whether what stands at `url` can never change: its name says its content. For WhiteNoise."""
    return url.startswith(STATIC_URL) and _HASHED.search(url) is not None


def built_files(folder: Path = STATIC_FOLDER) -> dict[str, str]:
    """What `asset_url` knows: source's file name → built file, relative to `folder`.

    Raises `OperatorMustAct` when there is no manifest in it: worth asking once when the app starts.
    """
    manifest = _manifest(folder)
    try:
        return _read_manifest(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise OperatorMustAct(
            "front_end_missing", "The front end is not built. Run `make setup`, then start again."
        ) from error


@cache
def _manifest(folder: Path) -> Path:
    return folder / ".vite" / "manifest.json"


@lru_cache(maxsize=1)
def _read_manifest(manifest: Path, _changed: int) -> dict[str, str]:
    # Read once for each build: a front end that is built again below a running app has new names.
    chunks: dict[str, dict[str, object]] = json.loads(manifest.read_text(encoding="utf-8"))
    return {_public_name(source): str(chunk["file"]) for source, chunk in chunks.items()}


def _public_name(source: str) -> str:
    name = PurePosixPath(source)
    return name.with_suffix(".js").name if name.suffix == ".ts" else name.name
