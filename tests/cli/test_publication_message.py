"""`newsletter publication message`: what scripts rely on."""

from pathlib import Path

from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication

MESSAGE = ("publication", "message")
WEEKLY = ("--publication", "weekly")


@both_databases
def test_set_list_show_and_remove(session: Session, run: Run, tmp_path: Path) -> None:
    make_publication(session, language="de")
    session.commit()
    file = tmp_path / "welcome.md"
    file.write_text("Schön, dass Sie **da** sind.\n")
    assert "has no messages of its own" in run(*MESSAGE, "list", *WEEKLY).out
    made = run(*MESSAGE, "set", "welcome", str(file), "--subject", "Willkommen", *WEEKLY, "--json").json
    assert (made["language"], made["subject"]) == ("de", "Willkommen")
    again = run(
        *MESSAGE, "set", "welcome", str(file), "--subject", "Bem-vindo", "--language", "pt_BR", *WEEKLY
    )
    assert again.out == "Saved. Readers get it from now on.\n"
    listed = run(*MESSAGE, "list", *WEEKLY, "--json").json["messages"]
    assert [(each["kind"], each["language"]) for each in listed] == [("welcome", "de"), ("welcome", "pt-BR")]
    shown = run(*MESSAGE, "show", "welcome", *WEEKLY)
    assert shown.out == "Willkommen\n\nSchön, dass Sie **da** sind.\n"
    assert run(*MESSAGE, "remove", "welcome", "--language", "pt-BR", *WEEKLY).code == 0
    assert run(*MESSAGE, "remove", "welcome", "--language", "pt-BR", *WEEKLY).code == 2
    assert run(*MESSAGE, "show", "confirmation", *WEEKLY).code == 2


def test_what_cannot_be_used_is_one_sentence(session: Session, run: Run, tmp_path: Path) -> None:
    make_publication(session)
    session.commit()
    file = tmp_path / "text.md"
    for content, why in (
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 40_000, "at most 30 kB"),
        (b"x" * 6_000, "at most 5,000"),
        (b"Hello {{first_name}}", "Merge fields"),
        (b"", "Enter the text."),
    ):
        file.write_bytes(content)
        refused = run(*MESSAGE, "set", "welcome", str(file), "--subject", "Hello", *WEEKLY)
        assert (refused.code, why in refused.err) == (2, True), refused.err
    for language in ("", "klingon!", "x" * 50):
        file.write_text("Text.")
        refused = run(
            *MESSAGE, "set", "welcome", str(file), "--subject", "Hello", "--language", language, *WEEKLY
        )
        assert (refused.code, "language" in refused.err) == (2, True), refused.err
