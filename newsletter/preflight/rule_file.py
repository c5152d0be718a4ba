"""Read a publication's rules file: YAML 1.1 that names rules and what is chosen about them.

    rules:
      size: {warn_kb: 80}
      short_links: {severity: off}
    words:
      e-mail: email

Only plain mappings are read, at most three deep: no anchors, aliases or tags. Every problem has its line.
"""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import IO

import yaml

from newsletter.core.errors import Refused
from newsletter.core.text import one_line
from newsletter.preflight.finding import Rule
from newsletter.preflight.rules import RULES
from newsletter.preflight.settings import RuleSettings, Severity, Threshold

LARGEST_FILE = 64_000  # octets
MOST_WORDS, LONGEST_WORD = 2_000, 80
_DEEPEST = 3
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Entries = Iterator[tuple[str, yaml.Node, yaml.Node]]


class _Problem(Exception):
    """Something that cannot stand in the file, with its line, from 1."""

    def __init__(self, node: yaml.Node | yaml.Event, sentence: str) -> None:
        line = node.start_mark.line + 1 if node.start_mark else 1
        super().__init__(f"Line {line}: {sentence}")


def read_rules_file(file: IO[bytes]) -> str:
    """The text of a file; `Refused` for one that is too large, which is not read whole, or is not UTF-8."""
    octets = file.read(LARGEST_FILE + 1)
    if len(octets) > LARGEST_FILE:
        raise _too_large()
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        sentence = f"Line {line}: This is not UTF-8 text."
        raise Refused("bad_rules", sentence, {"text": sentence}) from None


def parse_rules(text: str) -> RuleSettings:
    """What `text` chooses; `Refused` with one sentence that names the line for whatever it may not say."""
    try:
        return _Reader(_refuse).read(_compose(text))
    except _Problem as problem:
        raise Refused("bad_rules", str(problem), {"text": str(problem)}) from None


@lru_cache(maxsize=64)
def read_stored_rules(text: str) -> RuleSettings:
    """What a stored file chooses; what this version does not know any more, or cannot read, is left out."""
    try:
        return _Reader(_ignore).read(_compose(text))
    except (_Problem, Refused):
        return RuleSettings()


def _too_large() -> Refused:
    sentence = f"The rules file has at most {LARGEST_FILE // 1000} kB."
    return Refused("bad_rules", sentence, {"text": sentence})


def _refuse(problem: _Problem) -> None:
    raise problem


def _ignore(_problem: _Problem) -> None: ...


def _compose(text: str) -> yaml.Node | None:
    """The YAML as nodes, once its events are known to be harmless: few, shallow, without aliases."""
    if len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        raise _too_large()
    if unprintable := yaml.reader.Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, unprintable.start()) + 1
        sentence = f"Line {line}: This character cannot be used in YAML."
        raise Refused("bad_rules", sentence, {"text": sentence})
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            _check_event(event, depth)
        node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        sentence = _yaml_problem(error)
        raise Refused("bad_rules", sentence, {"text": sentence}) from None
    return node


def _check_event(event: yaml.Event, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _Problem(event, "Anchors and aliases (& and *) cannot be used here.")
    if getattr(event, "tag", None):
        raise _Problem(event, "Tags (!) cannot be used here.")
    if isinstance(event, yaml.SequenceStartEvent):
        raise _Problem(event, "Lists cannot be used here, only “name: value”.")
    if depth > _DEEPEST:
        raise _Problem(event, "This is nested too deeply.")


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"Line {line}: This is not YAML: {problem}."


class _Reader:
    """Reads nodes; `tell` is given each problem, and either raises it or lets the reading go on."""

    def __init__(self, tell: Callable[[_Problem], None]) -> None:
        self._tell = tell
        self._severities: dict[str, Severity] = {}
        self._thresholds: dict[tuple[str, str], float] = {}
        self._words: dict[str, str] = {}
        self._word_keys: dict[str, yaml.Node] = {}

    def read(self, root: yaml.Node | None) -> RuleSettings:
        parts = {"rules": self._read_rule, "words": self._read_word}
        for name, key, value in self._entries(root):
            if name not in parts:
                self._tell(_Problem(key, f"“{_shown(name)}” is unknown here: use “rules” and “words”."))
                continue
            for entry in self._entries(value):
                parts[name](*entry)
        self._check_words()
        return RuleSettings(self._severities, self._thresholds, self._words)

    def _entries(self, node: yaml.Node | None) -> Entries:
        """The entries of a mapping, each once; of nothing, none."""
        if node is None or _is_nothing(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self._tell(_Problem(node, "Write lines like “name: value” here."))
            return
        known = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._tell(_Problem(key, "A name should be a word."))
            elif key.value in known:
                self._tell(_Problem(key, f"“{_shown(key.value)}” is listed twice."))
            else:
                known.add(key.value)
                yield key.value, key, value

    def _read_rule(self, name: str, key: yaml.Node, value: yaml.Node) -> None:
        if name not in RULES:
            self._tell(_Problem(key, f"There is no rule “{_shown(name)}”.{_meant(name, RULES.keys())}"))
            return
        rule = RULES[name]
        thresholds = {threshold.key: threshold for threshold in rule.thresholds}
        for choice, choice_key, chosen in self._entries(value):
            if choice == "severity":
                self._read_severity(rule, chosen)
            elif choice in thresholds:
                self._read_threshold(thresholds[choice], chosen)
            else:
                known = " and ".join(f"“{each}”" for each in ("severity", *thresholds))
                sentence = f"The rule “{name}” has no “{_shown(choice)}”, only {known}."
                self._tell(_Problem(choice_key, sentence))

    def _read_severity(self, rule: Rule, node: yaml.Node) -> None:
        written = _scalar(node)
        if written not in set(Severity):
            self._tell(
                _Problem(node, f"A severity is off, warning or blocking, not “{_shown(written or '…')}”.")
            )
        elif rule.always and written != Severity.BLOCKING:
            instead = "turned off" if written == Severity.OFF else "made a warning"
            self._tell(_Problem(node, f"The rule “{rule.key}” cannot be {instead}: {rule.always}."))
        else:
            self._severities[rule.key] = Severity(written)

    def _read_threshold(self, threshold: Threshold, node: yaml.Node) -> None:
        written = _scalar(node) or ""
        bounds = f"{threshold.least:g} to {threshold.most:g} {threshold.unit}"
        try:
            # A number as people write it; Python itself takes “1_0”, “nan” and Arabic digits, too.
            number = float(written) if set(written) <= set("0123456789.") else None
        except ValueError:
            number = None
        if number is None:
            sentence = f"“{threshold.key}” is a number from {bounds}, not “{_shown(written or '…')}”."
            self._tell(_Problem(node, sentence))
        elif not threshold.least <= number <= threshold.most:
            self._tell(_Problem(node, f"“{threshold.key}” can be from {bounds}, not {_shown(written)}."))
        else:
            self._thresholds[threshold.rule, threshold.key] = number

    def _read_word(self, wrong: str, key: yaml.Node, value: yaml.Node) -> None:
        wrong, right = one_line(wrong), one_line(_scalar(value) or "")
        if not wrong or not right:
            self._tell(_Problem(key, "Write the wrong form, a colon and the right form."))
        elif not any(character.isalnum() for character in wrong):
            self._tell(_Problem(key, "A wrong form needs a letter or a digit."))
        elif max(len(wrong), len(right)) > LONGEST_WORD:
            self._tell(_Problem(key, f"A word has at most {LONGEST_WORD} characters."))
        elif wrong == right:
            self._tell(_Problem(key, f"“{wrong}” is both the wrong form and the right one."))
        elif len(self._words) >= MOST_WORDS:
            self._tell(_Problem(key, f"The word list has at most {MOST_WORDS:,} words."))
        else:
            self._words[wrong], self._word_keys[wrong] = right, key

    def _check_words(self) -> None:
        """Tell of right forms that are wrong ones, too: no text could satisfy the list."""
        by_case = {wrong.casefold(): right for wrong, right in self._words.items()}
        for wrong, right in list(self._words.items()):
            if by_case.get(right.casefold(), right) != right:
                sentence = f"“{right}” is the right form of “{wrong}”, but is also listed as a wrong form."
                self._tell(_Problem(self._word_keys[wrong], sentence))


def _scalar(node: yaml.Node) -> str | None:
    """A value as it is written, so that `off` is no boolean; None for what is no single value."""
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _shown(text: str) -> str:
    short = one_line(text)
    return short if len(short) <= 40 else f"{short[:39]}…"


def _meant(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" Did you mean “{near[0]}”?" if near else ""
