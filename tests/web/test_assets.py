"""The built front end: found by name, small, free of addresses, and whole on every platform."""

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import hatch_build
from newsletter.core.errors import OperatorMustAct
from newsletter.web import assets_manifest
from newsletter.web.admin.issues import edit
from newsletter.web.assets_manifest import STATIC_FOLDER, UnknownAsset, asset_url, built_files, is_immutable

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "newsletter/web/assets"
LOCK = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))
TEMPLATES = ROOT / "templates"
KILOBYTE = 1000


def built(name: str) -> Path:
    return STATIC_FOLDER / asset_url(name).removeprefix("/static/")


@pytest.mark.parametrize("name", ["public.css", "public.js", "admin.css", "dev.css", "icon.svg"])
def test_an_asset_is_found_by_its_source_name(name: str) -> None:
    stem, suffix = name.split(".")
    assert re.fullmatch(rf"/static/{stem}\.[\w-]{{8}}\.{suffix}", asset_url(name))
    assert built(name).is_file()


@pytest.mark.parametrize("name", ["public.css", "public.js", "newsreader-latin-500-normal.woff2"])
def test_a_browser_may_keep_an_asset_for_ever(client: FlaskClient, name: str) -> None:
    with client.get(asset_url(name)) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_every_asset_that_a_template_names_exists() -> None:
    asked = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"""asset_url\(["']([^"']+)["']\)""", template.read_text(encoding="utf-8"))
    }
    assert "public.css" in asked
    assert asked <= set(built_files())


def test_the_prefix_that_the_app_is_mounted_at_comes_first() -> None:
    with Flask(__name__).test_request_context("/", environ_overrides={"SCRIPT_NAME": "/news"}):
        assert asset_url("public.css").startswith("/news/static/public.")


def test_a_misspelt_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownAsset, match=r"'pubic\.css'.*public\.css"):
        asset_url("pubic.css")


def test_a_front_end_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OperatorMustAct, match="make setup"):
        built_files(tmp_path)


def test_a_front_end_built_again_is_noticed(tmp_path: Path) -> None:
    manifest = tmp_path / ".vite" / "manifest.json"
    manifest.parent.mkdir()
    for moment, file in enumerate(["public.aaaaaaaa.css", "public.bbbbbbbb.css"]):
        manifest.write_text(json.dumps({"public.css": {"file": file}}))
        os.utime(manifest, (moment, moment))
        assert built_files(tmp_path) == {"public.css": file}


def test_only_hashed_names_are_kept_for_ever() -> None:
    for file in built_files().values():
        assert is_immutable("", f"/static/{file}")
    assert not is_immutable("", "/static/.vite/manifest.json")
    assert not is_immutable("", "/static/robots.txt")
    assert not is_immutable("", "/media/public.D8yg1QJR.css")


@pytest.mark.parametrize("name", ["public.css", "public.js", "admin.css"])
def test_text_is_laid_down_compressed(name: str) -> None:
    path = built(name)
    assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()


def test_what_a_readers_page_loads_leaves_room_below_40_kilobytes() -> None:
    sent = [
        built("public.css").with_suffix(".css.gz"),
        built("public.js").with_suffix(".js.gz"),
        built("icon.svg").with_suffix(".svg.gz"),
        built("newsreader-latin-500-normal.woff2"),
    ]
    assert sum(path.stat().st_size for path in sent) <= 30 * KILOBYTE


def sent_with(*names: str) -> int:
    """Octets of scripts and styles, compressed, that a page naming these assets makes a browser load."""
    manifest = json.loads((STATIC_FOLDER / ".vite/manifest.json").read_text(encoding="utf-8"))
    wanted, files = (
        [name.removesuffix(".js") + ".ts" if name.endswith(".js") else name for name in names],
        set(),
    )
    while wanted:
        chunk = manifest[wanted.pop()]
        if chunk["file"] not in files:
            files |= {chunk["file"], *chunk.get("css", [])}
            wanted += [*chunk.get("imports", []), *chunk.get("dynamicImports", [])]
    return sum(len(gzip.compress((STATIC_FOLDER / file).read_bytes(), mtime=0)) for file in files)


def named_in(template: Path) -> set[str]:
    """The scripts and styles that a template names, with those of the template that it extends."""
    text = template.read_text(encoding="utf-8")
    names = set(re.findall(r"""asset_url\(["']([^"']+\.(?:js|css))["']\)""", text))
    if template == TEMPLATES / "admin/issues/edit.html":
        names |= {edit.SCRIPT, edit.STYLE}
    above = re.search(r"""{% extends ["']([^"']+)["'] %}""", text)
    return names | (named_in(TEMPLATES / above[1]) if above else set())


def web_pages() -> Iterator[Path]:
    """Every template but those of emails, which load nothing."""
    return (path for path in TEMPLATES.rglob("*.html") if path.relative_to(TEMPLATES).parts[0] != "email")


def test_scripts_and_styles_of_every_page_keep_to_their_budget() -> None:
    pages = {path.relative_to(TEMPLATES): named_in(path) for path in web_pages()}
    weights = {str(page): sent_with(*names) for page, names in pages.items()}
    assert 100 * KILOBYTE < sent_with(edit.SCRIPT, edit.STYLE) <= 230 * KILOBYTE
    heavy = {page for page, weight in weights.items() if weight > 60 * KILOBYTE}
    assert heavy == {"admin/issues/edit.html"}
    entries = {name for name in built_files() if name.endswith((".js", ".css"))}
    assert entries == set().union(*pages.values())  # none is loaded past this account


def test_readers_pages_use_no_font_but_the_one_that_is_preloaded() -> None:
    faces = re.findall(r"@font-face\s*{[^}]*}", built("public.css").read_text(encoding="utf-8"))
    fonts = {re.search(r"url\([\"']?\./([\w-]+)\.", face)[1] for face in faces}  # type: ignore[index]
    assert fonts == {"newsreader-latin-500-normal", "newsreader-latin-ext-500-normal"}
    assert all("font-display:swap" in face and "unicode-range" in face for face in faces)


def test_stylesheets_bring_nothing_from_elsewhere_and_nothing_inline() -> None:
    for path in STATIC_FOLDER.glob("*.css"):
        urls = re.findall(r"url\(\s*[\"']?([^\"')]+)", path.read_text(encoding="utf-8"))
        assert [url for url in urls if not url.startswith("./")] == []
        assert [url for url in urls if not (STATIC_FOLDER / url).is_file()] == []


def test_layouts_are_written_for_both_directions() -> None:
    sided = re.compile(
        r"(?<![\w-])(?:(?:margin|padding|border|inset)-)?(?:left|right)\s*:|:\s*(?:left|right)\s*;"
    )
    allowed = ["    text-align: left;"]  # code reads from left to right in every language
    problems = [
        line
        for path in (ASSETS / "src").rglob("*.css")
        for line in path.read_text(encoding="utf-8").splitlines()
        if sided.search(line)
    ]
    assert problems == allowed


def test_the_lock_names_no_address_to_download_from() -> None:
    packages = {name: package for name, package in LOCK["packages"].items() if name}
    assert packages
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if "integrity" not in package]


@pytest.mark.parametrize("platform", ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"])
@pytest.mark.parametrize("tool", ["@rolldown/binding", "lightningcss"])
def test_the_lock_holds_the_native_parts_for_every_platform(tool: str, platform: str) -> None:
    flavours = ["-gnu", "-musl"] if platform.startswith("linux") else [""]
    wanted = {f"node_modules/{tool}-{platform}{flavour}" for flavour in flavours}
    assert wanted <= set(LOCK["packages"])


def test_the_lock_is_the_one_of_the_manifest() -> None:
    manifest = json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))
    assert LOCK["packages"][""]["devDependencies"] == manifest["devDependencies"]


def test_the_static_folder_is_where_the_build_puts_it() -> None:
    assert ROOT / hatch_build.STATIC == assets_manifest.STATIC_FOLDER
