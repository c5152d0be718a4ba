"""Headers of every answer, static files included, and the names by which the service may be asked."""

import pytest
from pydantic import SecretStr
from werkzeug.test import Client

from newsletter.app import create_app
from newsletter.settings import Settings, load_settings
from newsletter.web.assets_manifest import built_files
from newsletter.web.headers import of_every_file
from newsletter.web.trusted_hosts import is_trusted, trusted_names


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Client:
    """Asks an application whose public URL is https."""
    folder, key = tmp_path_factory.mktemp("var"), SecretStr("of the test")
    given = Settings(data_dir=folder, redis_url=redis_url, secret_key=key, public_url="https://news.example")
    return Client(create_app(given).wsgi_app)


def test_what_static_files_say(client: Client) -> None:
    paths = [f"/static/{file}" for file in sorted(set(built_files().values()))[:3]]
    for path in (*paths, "/static/nothing.css", "/nowhere"):
        with client.get(path, headers={"Host": "news.example"}) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
    assert dict(of_every_file(https=False)) == {"X-Content-Type-Options": "nosniff"}


def test_another_name_is_refused_on_every_page_but_the_one_for_supervisors(client: Client) -> None:
    for path in ("/", "/admin/", "/sign-in", "/subscribe/weekly", "/nowhere"):
        answer = client.get(path, headers={"Host": "evil.example", "Accept": "application/json"})
        assert answer.status_code == 400, path
        assert answer.json is not None
        assert answer.json["error"] == "untrusted_host", path
        assert f"Open https://news.example{path} instead." in answer.json["message"]
    assert client.get("/healthz", headers={"Host": "10.1.2.3:8000"}).status_code != 400
    assert client.get("/nowhere", headers={"Host": "NEWS.example:443"}).status_code == 404


@pytest.mark.parametrize(
    ("environment", "asked", "trusted"),
    [
        ({"PUBLIC_URL": "https://news.example"}, "news.example", True),
        ({"PUBLIC_URL": "https://news.example"}, "localhost:8000", True),
        ({"PUBLIC_URL": "https://news.example"}, "[::1]:8000", True),
        ({"PUBLIC_URL": "https://news.example"}, "www.news.example", False),
        ({"PUBLIC_URL": "https://news.example"}, "news.example.evil.example", False),
        ({"PUBLIC_URL": "https://news.example"}, "", False),
        ({"PUBLIC_URL": "https://news.example", "TRUSTED_HOSTS": "web,.intern.example"}, "web:80", True),
        ({"TRUSTED_HOSTS": "web,.intern.example"}, "a.intern.example", True),
        ({"TRUSTED_HOSTS": "web,.intern.example"}, "intern.example", False),
        ({"TRUSTED_HOSTS": "büro.example"}, "xn--bro-hoa.example", True),
        ({"HOST": "127.0.0.1"}, "rebound.example:8000", False),
        ({"HOST": "::1"}, "127.0.0.1", True),
    ],
)
def test_which_names_are_trusted(environment: dict[str, str], asked: str, trusted: bool) -> None:
    names = trusted_names(load_settings(environment))
    assert names is not None
    assert is_trusted(asked, names) is trusted


@pytest.mark.parametrize(
    "environment", [{"HOST": "0.0.0.0"}, {"PUBLIC_URL": "https://news.example", "TRUSTED_HOSTS": "*"}]
)
def test_when_every_name_is_trusted(environment: dict[str, str]) -> None:
    assert trusted_names(load_settings(environment)) is None
