"""What is logged in a request carries the request's id, and nothing that a visitor could choose."""

import re

import structlog
from flask import Flask

from newsletter.core import logs
from newsletter.web import request_id
from tests.logged import logged_lines


def make_app() -> Flask:
    app = Flask("newsletter")
    request_id.init_app(app)

    @app.get("/")
    def home() -> str:
        logs.Logger("newsletter.somewhere").warning("one of ours")
        app.logger.warning("one of a library")
        return "ok"

    @app.get("/broken")
    def broken() -> str:
        message = "broken"
        raise RuntimeError(message)

    return app


def test_all_lines_of_a_request_have_its_id() -> None:
    client = make_app().test_client()
    with logged_lines() as lines:
        client.get("/", headers={"X-Request-ID": "chosen"})
        client.get("/")
    ids = [line["request_id"] for line in lines]
    assert [line["event"] for line in lines] == ["one of ours", "one of a library"] * 2
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in ids)
    assert ids[0] == ids[1]
    assert ids[2] == ids[3]
    assert ids[0] != ids[2]


def test_an_error_has_it_too_and_nothing_is_left_behind() -> None:
    app = make_app()
    with logged_lines() as lines:
        assert app.test_client().get("/broken").status_code == 500
        assert structlog.contextvars.get_contextvars() == {}
        logs.Logger("newsletter.somewhere").warning("afterwards")
    assert "request_id" in lines[0]
    assert "RuntimeError: broken" in lines[0]["exception"]
    assert "request_id" not in lines[-1]


def test_the_application_binds_it(app: Flask) -> None:
    assert request_id._bind is app.before_request_funcs[None][0]
