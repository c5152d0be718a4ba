"""The servers of the tests start, survive what tests do to them, and end with the process that uses them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from tests.processes import wait_until
from tests.servers import PostgresServer, ValkeyServer, create_database, start_postgres, start_valkey
from tests.servers.processes import ROOT

USE_BOTH = """
import sys, time
from tests.servers import start_postgres, start_valkey
print(start_postgres(), start_valkey(), flush=True)
time.sleep(600)
"""


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def answers(url: str) -> bool:
    try:
        psycopg.connect(plain(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def start_user(run: str) -> tuple[subprocess.Popen[str], str, str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USE_BOTH],
        cwd=ROOT,
        env={**os.environ, "PYTEST_XDIST_TESTRUNUID": run},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        postgres, valkey = process.stdout.readline().split()
    return process, postgres, valkey


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(timeout=10)


def test_postgres_makes_databases_and_is_started_once() -> None:
    url = create_database(start_postgres(), f"servers_{os.getpid()}")
    with psycopg.connect(plain(url)) as connection:
        fsync = connection.execute("SELECT current_setting('fsync'), lower('É')").fetchone()
    assert fsync == ("off", "é")  # only servers that a test crashes have to be safe
    assert start_postgres() == start_postgres()


def test_valkey_belongs_to_this_process() -> None:
    with redis.Redis.from_url(start_valkey()) as client:
        client.set("here", "1")
        assert client.get("here") == b"1"
        client.flushall()


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="the given PostgreSQL is not ours to end")
@pytest.mark.faults
def test_servers_are_shared_by_a_run_and_end_with_its_last_process_even_when_it_is_killed() -> None:
    run = f"servers-{os.getpid()}"
    first, postgres, valkey = start_user(run)
    second, same_postgres, other_valkey = start_user(run)
    try:
        assert same_postgres == postgres
        assert other_valkey != valkey
        end(first)
        time.sleep(1)
        assert answers(postgres)
    finally:
        end(first)
        end(second)
    wait_until(lambda: not answers(postgres), patience=20)
    temporary = Path(os.environ.get("TMPDIR", "/tmp"))
    wait_until(lambda: not list(temporary.glob(f"newsletter-tests-*{run}")), patience=20)


@pytest.mark.faults
def test_postgres_goes_on_with_the_same_data_after_an_immediate_stop(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path)
    try:
        server.start()
        with psycopg.connect(plain(server.url), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        server.stop("immediate")
        assert not answers(server.url)
        server.start()
        with psycopg.connect(plain(server.url)) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    finally:
        server.stop("immediate")


@pytest.mark.faults
def test_valkey_goes_on_with_the_same_data_after_a_stop(tmp_path: Path) -> None:
    server = ValkeyServer(tmp_path)
    try:
        with redis.Redis.from_url(server.start()) as client:
            client.set("kept", "7")
        server.stop()
        with redis.Redis.from_url(server.start()) as client:
            assert client.get("kept") == b"7"
    finally:
        server.kill()
