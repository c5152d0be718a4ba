"""The rules file: what it may say, and one sentence with a line for whatever it may not."""

import io

import pytest

from newsletter.core.errors import Refused
from newsletter.preflight.finding import Level, Rule
from newsletter.preflight.rule_file import LARGEST_FILE, parse_rules, read_rules_file, read_stored_rules
from newsletter.preflight.rule_versions import STARTER
from newsletter.preflight.rules import RULES
from newsletter.preflight.rules.size import WARN
from newsletter.preflight.settings import DEFAULTS, Severity
from tests.preflight.drafts import document, with_facts

WHOLE = """\
rules:
  short_links:
    severity: off
  credit: {severity: blocking}
  size:
    warn_kb: 60.5
words:
  e-mail: email
  no: "yes"
  "http": 'HTTP'
"""


def test_a_file_is_read() -> None:
    settings = parse_rules(WHOLE)
    assert settings.severities == {"short_links": Severity.OFF, "credit": Severity.BLOCKING}
    assert settings.value(WARN) == 60.5
    assert settings.words == {"e-mail": "email", "no": "yes", "http": "HTTP"}
    assert read_stored_rules(WHOLE) == settings


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "rules:\n", "rules: {}\nwords:\n", STARTER])
def test_what_chooses_nothing_leaves_everything_as_built_in(text: str) -> None:
    assert parse_rules(text) == DEFAULTS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rule:\n  size:\n", "Line 1: “rule” is unknown here: use “rules” and “words”."),
        ("rules:\n  short_link:\n", "Line 2: There is no rule “short_link”. Did you mean “short_links”?"),
        ("rules:\n  xyzzy:\n", "Line 2: There is no rule “xyzzy”."),
        ("rules:\n\n  size:\n    warn: 3\n", "Line 4: The rule “size” has no “warn”, only"),
        (
            "rules:\n  size:\n    warn_kb: lots\n",
            "Line 3: “warn_kb” is a number from 20 to 102 kB, not “lots”.",
        ),
        (
            "words:\n  Web: web\n  web: Web\n",
            "Line 2: “web” is the right form of “Web”, but is also listed as a wrong form.",
        ),
        ("words:\n  one: two\n  Two: three\n", "Line 2: “two” is the right form of “one”"),
        ("rules:\n  size: {warn_kb: 1e2}", "Line 2: “warn_kb” is a number"),
        ("rules:\n  size: {warn_kb: 1_0}", "Line 2: “warn_kb” is a number"),
        ("rules:\n  size: {warn_kb: .nan}", "Line 2: “warn_kb” is a number"),
        ("rules:\n  size: {warn_kb: }", "Line 2: “warn_kb” is a number from 20 to 102 kB, not “…”."),
        (
            "rules:\n  size: {block_kb: 5000}",
            "Line 2: “block_kb” can be from 40 to 102 kB, not 5000.",
        ),
        (
            "rules:\n  alt:\n    severity: loud\n",
            "Line 3: A severity is off, warning or blocking, not “loud”.",
        ),
        ("rules:\n  alt:\n    severity: {a: b}\n", "Line 3: This is nested too deeply."),
        ("rules:\n  alt: off\n", "Line 2: Write lines like “name: value” here."),
        ("rules:\n  alt:\n  alt:\n", "Line 3: “alt” is listed twice."),
        (
            "rules:\n  unsubscribe: {severity: off}",
            "Line 2: The rule “unsubscribe” cannot be turned off: the law",
        ),
        ("rules:\n  sender: {severity: warning}", "Line 2: The rule “sender” cannot be made a warning:"),
        ("- a\n- b\n", "Line 1: Lists cannot be used here, only “name: value”."),
        ("hello", "Line 1: Write lines like “name: value” here."),
        ("rules: &a\n  alt: *a\n", "Line 1: Anchors and aliases (& and *) cannot be used here."),
        ("rules:\n  alt: !!python/object:os.system {}\n", "Line 2: Tags (!) cannot be used here."),
        ("rules: {a: {b: {c: {d: 1}}}}", "Line 1: This is nested too deeply."),
        ("{" * 9_000, "Line 1: "),
        ("rules:\n\tsize: 1\n", "Line 2: This is not YAML: "),
        ("rules: {\n", "Line 2: This is not YAML: "),
        ("--- a\n--- b\n", "This is not YAML: "),
        ("rules:\n  alt: \x07\n", "Line 2: This character cannot be used in YAML."),
        ("words:\n  e-mail:\n", "Line 2: Write the wrong form, a colon and the right form."),
        ("words:\n  --: –\n", "Line 2: A wrong form needs a letter or a digit."),
        ("words:\n  a: a\n", "Line 2: “a” is both the wrong form and the right one."),
        (f"words:\n  {'a' * 81}: b\n", "Line 2: A word has at most 80 characters."),
        (
            "words:\n" + "".join(f"  a{n}: b\n" for n in range(2_001)),
            "Line 2002: The word list has at most 2,000 words.",
        ),
        ("#" * (LARGEST_FILE + 1), "The rules file has at most 64 kB."),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_rules(text)
    assert sentence in refused.value.message
    assert refused.value.fields == {"text": refused.value.message}
    assert "\n" not in refused.value.message


def test_a_file_of_aliases_costs_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(1_000))
    with pytest.raises(Refused, match=r"^Line 1: Anchors"):
        parse_rules(bomb)


def test_a_file_is_read_no_further_than_its_limit() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 <= size <= LARGEST_FILE + 1
            return b"#" * size

    with pytest.raises(Refused, match="at most 64 kB"):
        read_rules_file(Endless())
    with pytest.raises(Refused, match=r"^Line 2: This is not UTF-8 text\.$"):
        read_rules_file(io.BytesIO(b"words:\n  caf\xe9: x\n"))
    assert read_rules_file(io.BytesIO(b"\xef\xbb\xbfwords:\n")) == "words:\n"


def test_what_was_stored_by_another_version_still_holds() -> None:
    stored = (
        "rules:\n  gone: {severity: off}\n  credit: {severity: blocking, limit: 3}\n  size: {warn_kb: 1}\n"
    )
    settings = read_stored_rules(stored)
    assert settings.severities == {"credit": Severity.BLOCKING}
    assert settings.value(WARN) == 90


@pytest.mark.parametrize(
    ("severity", "levels"),
    [("off", []), ("warning", [Level.WARNING]), ("blocking", [Level.BLOCKING])],
)
def test_a_severity_is_that_of_all_findings_of_its_rule(severity: str, levels: list[Level]) -> None:
    settings = parse_rules(f"rules:\n  placeholders: {{severity: {severity}}}\n")
    draft = with_facts(document=document(subject="TK"), settings=settings)
    assert [finding.level for finding in RULES["placeholders"].findings(draft)] == levels


def test_a_threshold_holds() -> None:
    settings = parse_rules("rules:\n  size: {warn_kb: 20, block_kb: 40}\n")
    found = [
        [finding.level for finding in RULES["size"].findings(with_facts(html="x" * size, settings=settings))]
        for size in (19_999, 20_000, 40_000)
    ]
    assert found == [[], [Level.WARNING], [Level.BLOCKING]]


def test_words_that_differ_in_case_only_have_one_right_form() -> None:
    words = {"kyiv": "Kyiv", "Kiev": "Kyiv", "KYIV": "Kyiv"}
    text = "".join(f"  {wrong}: {right}\n" for wrong, right in words.items())
    assert parse_rules(f"words:\n{text}").words == words


@pytest.mark.parametrize("text", ["a: b: c", "x" * (LARGEST_FILE + 1), "\x07"], ids=["yaml", "large", "bell"])
def test_a_stored_file_that_cannot_be_read_any_more_chooses_nothing(text: str) -> None:
    assert read_stored_rules(text) == DEFAULTS


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.key)
def test_each_rule_says_what_it_objects_to(rule: Rule) -> None:
    assert rule.about[0].isupper()
    assert rule.about.endswith(".")
    assert not rule.always.endswith(".")
    for threshold in rule.thresholds:
        assert threshold.rule == rule.key
        assert threshold.least <= threshold.default <= threshold.most
        assert threshold.about.endswith(".")
