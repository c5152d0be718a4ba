"""Real servers for the tests, made from wheels: PostgreSQL for the whole run, Valkey for each test process.

`start_postgres()` and `start_valkey()` may be called as often as one likes; the first call starts the server
and the following ones answer at once. Each server is looked after by a guard process (`tests.servers.guard`)
that ends it, and removes its folder, as soon as the last process using it is gone, however that one ended.

`PostgresServer` and `ValkeyServer` are for the tests that stop, cut or kill a server of their own.
"""

import os
from functools import cache

from tests.servers.guard import join
from tests.servers.postgres import PostgresServer, create_database
from tests.servers.valkey import ValkeyServer

__all__ = ["PostgresServer", "ValkeyServer", "create_database", "start_postgres", "start_valkey"]


@cache
def start_postgres() -> str:
    """The URL (`postgresql+psycopg://…`, database `postgres`, may create databases) of the run's PostgreSQL.

    One server serves all processes of one test run. `TEST_DATABASE_URL` wins when set: nothing is started.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    return given or join("postgres", os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid{os.getpid()}")


@cache
def start_valkey() -> str:
    """The URL (`redis://127.0.0.1:…/0`) of this process's own Valkey: flushing it disturbs no other process.

    `TEST_REDIS_URL`, when set, wins and nothing is started.
    """
    return os.environ.get("TEST_REDIS_URL") or join("valkey", f"pid{os.getpid()}")
