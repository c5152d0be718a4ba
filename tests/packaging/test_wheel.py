"""The wheel carries everything the service needs at run time, and nothing it was built from."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names inside a wheel of this tree, built as `pip` builds it."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    leave_out = shutil.ignore_patterns("node_modules", "__pycache__")
    for folder in ("newsletter", "workers", "templates"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=leave_out)
    for file in ("pyproject.toml", "hatch_build.py", "README.md", ".gitignore"):
        shutil.copy(ROOT / file, tree)
    options = ["--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir", str(out)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_front_end_is_in_it_as_it_was_built(wheel_names: set[str]) -> None:
    built = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "newsletter/web/static").rglob("*")
        if path.is_file()
    }
    assert "newsletter/web/static/.vite/manifest.json" in built
    assert built <= wheel_names


def test_every_template_is_in_it(wheel_names: set[str]) -> None:
    templates = {f"newsletter/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("templates/**/*.*")}
    assert "newsletter/templates/public/base.html" in templates
    assert templates <= wheel_names


def test_every_catalogue_is_in_it_compiled(wheel_names: set[str]) -> None:
    sources = ROOT.glob("newsletter/translations/*/LC_MESSAGES/*.po")
    compiled = {path.with_suffix(".mo").relative_to(ROOT).as_posix() for path in sources}
    assert compiled <= wheel_names


def test_no_installed_node_package_is_in_it(wheel_names: set[str]) -> None:
    assert not [name for name in wheel_names if "node_modules" in name]
