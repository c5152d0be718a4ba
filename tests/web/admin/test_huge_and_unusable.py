"""Numbers beyond all bounds, NUL and octets that are no text, in every route: never an error of ours."""

import re

import pytest
from flask import Flask

from tests.databases import both_databases
from tests.web.signed_in import SignedIn

NUMBERS = ["0", str(2**31), str(2**63 - 1), str(2**63), "9" * 30]
TEXTS = ["%00", "a%00b", "%ED%A0%80", "%FF", "x" * 2_000]
QUERY = [
    f"{name}={value}"
    for name in ("page", "before", "after", "q", "lang", "reason")
    for value in (*TEXTS, *NUMBERS)
]
PART = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_in_a_path(app: Flask, admin_client: SignedIn, number: str) -> None:
    for rule in app.url_map.iter_rules():
        if "<" not in rule.rule or "GET" not in (rule.methods or ()):
            continue
        path = PART.sub(lambda part: number if part[1] == "int" else "weekly", rule.rule)
        assert admin_client.get(path).status_code < 500, path


@both_databases
@pytest.mark.parametrize("text", TEXTS)
def test_no_text_in_a_path(app: Flask, admin_client: SignedIn, text: str) -> None:
    for rule in app.url_map.iter_rules():
        if "<" not in rule.rule or "GET" not in (rule.methods or ()):
            continue
        path = PART.sub(lambda part: "1" if part[1] == "int" else text, rule.rule)
        assert admin_client.get(path).status_code < 500, path


@both_databases
def test_nothing_in_a_query(app: Flask, admin_client: SignedIn) -> None:
    for rule in app.url_map.iter_rules():
        if "<" in rule.rule or "GET" not in (rule.methods or ()):
            continue
        answers = {each: admin_client.get(f"{rule.rule}?{each}").status_code for each in QUERY[::3]}
        assert max(answers.values()) < 500, (rule.rule, answers)
