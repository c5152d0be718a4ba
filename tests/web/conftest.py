"""Pages run on SQLite; what a page asks of a database runs on PostgreSQL, too, in the tests that say so."""

import pytest

from tests.databases import BOTH, ONE, empty_database
from tests.extent import usual


@pytest.fixture(params=usual(ONE, soak=BOTH))
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated SQLite file; `@both_databases` has a test run on PostgreSQL, too."""
    return empty_database(request)
