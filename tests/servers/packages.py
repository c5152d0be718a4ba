"""Programs out of Debian's packages that nobody has to install: downloaded, unpacked into a cache, run there.

Any user may download a package (`apt-get download`). The libraries that a program needs and the system lacks
come the same way, out of the packages that its package depends on. `LookupError`, `OSError` or
`SubprocessError` tell that a program cannot be had; the caller skips its tests and says how to get it.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

DEPENDS = re.compile(r"[a-z0-9][a-z0-9.+-]+")


def unpacked(
    package: str, programs: tuple[str, ...], private: tuple[str, ...] = (), more: tuple[str, ...] = ()
) -> tuple[Path, str]:
    """The folder in which `package` is unpacked, and the LD_LIBRARY_PATH with which its programs run.

    `programs`: paths in the folder, which must find all their libraries; `private`: folders with its own;
    `more`: packages that are unpacked in the same folder.
    """
    folder = _cache(package)
    with (folder / "lock").open("w") as turn:  # the tests' processes come at the same time
        fcntl.flock(turn, fcntl.LOCK_EX)
        _obtain(folder, (package, *more), programs, private)
    return folder, _libraries(folder, private)


def run(*command: str | Path, folder: Path | None = None, libraries: str | None = None) -> str:
    """What `command` writes to its standard output. Raises `SubprocessError`, `OSError`."""
    environment = {**os.environ, "LC_ALL": "C"} | ({"LD_LIBRARY_PATH": libraries} if libraries else {})
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=300
    ).stdout


def in_a_line(error: Exception) -> str:
    """An error as part of a sentence."""
    return " ".join(str(error).split())


def _cache(package: str) -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    name = "newsletter-tests" if given else f"newsletter-tests-{os.getuid()}"
    folder = Path(given or tempfile.gettempdir()) / name / package
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in (folder, folder.parent):  # what lies here is run
        if each.stat().st_uid != os.getuid():
            message = f"{each} belongs to somebody else: remove it, or set TMPDIR"
            raise LookupError(message)
    return folder


def _obtain(
    folder: Path, packages: tuple[str, ...], programs: tuple[str, ...], private: tuple[str, ...]
) -> None:
    """Have the programs in `folder`, with every library that they need and the system lacks."""
    if all((folder / program).exists() for program in programs) and not _missing(folder, programs, private):
        return
    tried: set[str] = set()
    wanted: list[tuple[str, ...]] = [(package,) for package in packages]
    while wanted:
        depends: list[tuple[str, ...]] = []
        for names in wanted:
            tried.update(names)
            depends += _unpack(folder, *names)
        missing = _missing(folder, programs, private)
        wanted = [names for names in depends if _may_bring(names, tried)] if missing else []
        if missing and not wanted:
            message = f"its libraries are missing: {', '.join(missing)}"
            raise LookupError(message)


def _may_bring(names: tuple[str, ...], tried: set[str]) -> bool:
    """Whether one of these packages may bring a library that the system does not have."""
    if tried.intersection(names) or not any(name.startswith("lib") for name in names):
        return False
    return not any(map(_installed, names))


def _installed(name: str) -> bool:
    try:
        return run("dpkg-query", "--show", "--showformat=${db:Status-Status}", name) == "installed"
    except subprocess.CalledProcessError:
        return False


def _unpack(folder: Path, *names: str) -> list[tuple[str, ...]]:
    """Download the first of these packages that there is and unpack it; returns what it depends on."""
    with tempfile.TemporaryDirectory(dir=folder) as passing:
        downloaded = any(_download(name, Path(passing)) for name in names)
        if not downloaded and os.geteuid() == 0:  # a fresh machine knows no packages yet
            run("apt-get", "update")
            downloaded = any(_download(name, Path(passing)) for name in names)
        if not downloaded:
            message = f"apt-get cannot download {' or '.join(names)}"
            raise LookupError(message)
        (package,) = Path(passing).glob("*.deb")
        contents = Path(passing) / "unpacked"
        run("dpkg", "-x", package, contents)
        shutil.copytree(contents, folder, symlinks=True, dirs_exist_ok=True)
        depends = run("dpkg-deb", "-f", package, "Depends").replace("\n", " ").split(",")
    return [names for each in depends if (names := _alternatives(each))]


def _alternatives(dependency: str) -> tuple[str, ...]:
    """The names in `libdb5.3t64 (>= 5.3) | libdb5.3`."""
    found = (DEPENDS.match(part.strip()) for part in dependency.split("|"))
    return tuple(match[0] for match in found if match is not None)


def _download(name: str, into: Path) -> bool:
    try:
        run("apt-get", "download", name, folder=into)
    except subprocess.CalledProcessError:
        return False
    return True


def _missing(folder: Path, programs: tuple[str, ...], private: tuple[str, ...]) -> list[str]:
    """The libraries that the programs would not find."""
    told = run("ldd", *(folder / program for program in programs), libraries=_libraries(folder, private))
    return sorted({line.split()[0] for line in told.splitlines() if "not found" in line})


def _libraries(folder: Path, private: tuple[str, ...]) -> str:
    found = [folder / part for part in private]
    for part in ("usr/lib", "lib"):
        found += sorted((folder / part).glob("*-linux-gnu*"))
    return os.pathsep.join(map(str, found))
