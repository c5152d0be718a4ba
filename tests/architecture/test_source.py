"""Rules that the tree keeps: small files and functions, modules with names, nothing left behind."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.web.editor_oracle import NODE

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
GENERATED = ("newsletter/migrations/versions/",)


def tracked(*patterns: str) -> list[Path]:
    """Files that are, or are about to be, in git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.splitlines() if not name.startswith(GENERATED))
    return [path for path in paths if path.is_file()]


SOURCES = tracked("*.py", "*.ts", "*.mjs", "*.svelte", "*.css", "templates/*")
PYTHON = [path for path in SOURCES if path.suffix == ".py"]
FRONT_END = [path for path in SOURCES if path.suffix in {".ts", ".svelte"}]
TYPESCRIPT = ROOT / "newsletter/web/assets/node_modules/typescript/lib/typescript.js"


def test_files_have_at_most_300_lines() -> None:
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(_lines(path))) > 300}
    assert long == {}


def test_functions_have_at_most_50_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert long == []


def test_functions_of_the_front_end_have_at_most_50_lines(tmp_path: Path) -> None:
    assert _long_functions(FRONT_END) == []
    for suffix, code in ((".ts", "{}"), (".svelte", "<script>\n{}\n</script>\n<p>{{shown}}</p>")):
        long = tmp_path / f"long{suffix}"
        long.write_text(code.format("\n" * 3 + "function shown() {" + "\n" * 50 + "}"))
        assert len(_long_functions([long])) == 1


def test_functions_are_used_by_more_than_tests() -> None:
    """A function of ours that no code of ours names is dead, or for tests alone."""
    ours = [
        path for path in tracked("*.py", "*.toml", "Procfile", "templates/*") if TESTS not in path.parents
    ]
    named = Counter(word for path in ours for word in re.findall(r"\w+", path.read_text(encoding="utf-8")))
    unused = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in PYTHON
        if TESTS not in path.parents
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.decorator_list and named[node.name] == 1
    ]
    assert unused == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["utils", "helpers", "misc", "common"])
def test_no_modules_without_a_name(name: str) -> None:
    assert [path for path in SOURCES if path.stem == name] == []


def test_nothing_is_left_behind() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b|pragma: no cover")
    here = Path(__file__)
    allowed = {"newsletter/preflight/rules/placeholders.py"}  # it looks for such words in issues
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        if path != here and str(path.relative_to(ROOT)) not in allowed
        for number, line in enumerate(_lines(path), start=1)
        if marks.search(line)
    ]
    assert [entry for entry in left if not entry.startswith("tests/")] == []


def test_workers_modules_are_short() -> None:
    workers = [path for path in PYTHON if path.parent == ROOT / "workers"]
    assert {path.name: n for path in workers if (n := len(_lines(path))) > 75} == {}


def _long_functions(paths: list[Path]) -> list[str]:
    script = ROOT / "tests/architecture/long_functions.mjs"
    command = [str(NODE), str(script), str(TYPESCRIPT), "50", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
