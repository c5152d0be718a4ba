"""Bring the message catalogues (`*.po`) in step with the words in the code and the templates.

    python scripts/catalogues.py          write what is new into each catalogue, drop what is gone
    python scripts/catalogues.py --check  change nothing; exit 1 when a catalogue is behind or incomplete
    python scripts/catalogues.py --add fr begin a catalogue for another language

Translations are typed into `newsletter/translations/<language>/LC_MESSAGES/messages.po`; the compiled `.mo`
are made by `hatch_build.py` and are not in git.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "newsletter" / "translations"
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "translate": None}
TRANSLATOR_COMMENT = "Translators:"
HEADER = "# The words of the pages and of the system messages."
ABOUT: dict[str, Any] = {
    "charset": "utf-8",
    "header_comment": HEADER,
    "project": "newsletter",
    "version": "1",
    "msgid_bugs_address": "see README.md",
    "last_translator": "see git log",
    "language_team": "none",
    "fuzzy": False,
}

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")
# What no text has: two spaces, straight quotation marks; in French an ordinary space beside a sign, where a
# line could break; in Arabic signs and digits of the other script.
_WRONG_SIGNS = re.compile("  |['\"]")
_WRONG_SIGNS_OF = {"fr": re.compile("[ ][:;?!»]|«[ ]"), "ar": re.compile("[?;٠-٩]|,(?!\\d)")}


def extract(root: Path = ROOT) -> Catalog:
    """Every word to translate in the sources, each with the files it stands in."""
    with (root / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]
    template = Catalog(**ABOUT)
    messages = extract_from_dir(
        root,
        methods,
        options,
        keywords=KEYWORDS,
        comment_tags=[TRANSLATOR_COMMENT],
        directory_filter=lambda folder: Path(folder).name not in {"node_modules", "static", "__pycache__"},
    )
    for name, _line, words, comments, context in sorted(messages, key=lambda entry: (entry[0], entry[1])):
        template.add(words, locations=[(name, 1)], auto_comments=comments, context=context)
    return template


def catalogues(folder: Path = TRANSLATIONS) -> dict[str, Path]:
    """Language → its `.po`."""
    return {path.parts[-3]: path for path in sorted(folder.glob("*/LC_MESSAGES/messages.po"))}


def updated(path: Path, template: Catalog) -> bytes:
    """The catalogue at `path` as it should be on disk: translations kept, words as in `template`."""
    catalogue = load(path)
    template.creation_date = catalogue.creation_date  # so that only words make a difference
    revised = catalogue.revision_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.revision_date = revised
    output = BytesIO()
    write_po(output, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return output.getvalue()


def load(path: Path) -> Catalog:
    """The catalogue at `path`."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def behind(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """Words that only the sources or only the catalogue has. In which files they stand is not compared."""
    wanted, kept = (
        {(message.context, message.id): _name(message) for message in catalog if message.id}
        for catalog in (template, catalogue)
    )
    yield from (f"new: {wanted[key]}" for key in wanted.keys() - kept.keys())
    yield from (f"gone: {kept[key]}" for key in kept.keys() - wanted.keys())


def faults(catalogue: Catalog) -> Iterator[str]:
    """What is wrong with the translations: missing, a guess, or with other placeholders or foreign signs."""
    for message in catalogue:
        if not message.id:
            continue
        name = _name(message)
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if len(forms) != (catalogue.num_plurals if message.pluralizable else 1) or not all(forms):
            yield f"not translated: {name}"
        elif message.fuzzy:
            yield f"marked fuzzy: {name}"
        elif any(_placeholders(form or "") not in _allowed(message) for form in forms):
            yield f"other placeholders: {name}"
        elif any(_has_wrong_signs(form or "", str(catalogue.locale)) for form in forms):
            yield f"signs of another language: {name}"


def _has_wrong_signs(words: str, language: str) -> bool:
    own = _WRONG_SIGNS_OF.get(language)
    return bool(_WRONG_SIGNS.search(words) or (own and own.search(words)))


def _name(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def _allowed(message: Message) -> list[set[str]]:
    """The sets of placeholders that a form may have: those for none, one or two may leave out the number."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    everything = set().union(*(_placeholders(words) for words in ids))
    return [everything, everything - {"%(num)s", "%(num)d"}] if message.pluralizable else [everything]


def _placeholders(words: str) -> set[str]:
    return {match[0] for match in _PLACEHOLDER.finditer(words.replace("%%", ""))}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Bring the message catalogues in step with the sources.")
    parser.add_argument("--check", action="store_true", help="change nothing; say what is behind")
    parser.add_argument("--add", metavar="LANGUAGE", help="begin a catalogue for another language")
    options = parser.parse_args(arguments)
    if options.add:
        begin(options.add)
    template = extract()
    problems: list[str] = []
    for language, path in catalogues().items():
        if not options.check:
            path.write_bytes(updated(path, template))
        catalogue = load(path)
        problems += [f"{language}: {words}" for words in (*behind(catalogue, template), *faults(catalogue))]
    sys.stdout.write("\n".join(problems or ["Every catalogue is complete."]) + "\n")
    return 1 if problems else 0


def begin(language: str, folder: Path = TRANSLATIONS) -> Path:
    """An empty catalogue for `language`; an existing one stays as it is."""
    path = folder / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_po(file, Catalog(locale=language, **ABOUT))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
