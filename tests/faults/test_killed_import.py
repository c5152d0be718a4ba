"""`kill -9` of the imports worker in the middle of a file, and TERM: every row is counted once."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.runtime import Runtime
from newsletter.subscribers.imports.confirm import confirm_import
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.upload import create_import, store_upload
from newsletter.subscribers.models import Subscription
from tests.databases import make_tables
from tests.extent import usual
from tests.factories import make_publication
from tests.processes import Installation, wait_until

PEOPLE = usual(25_000, soak=400_000)

pytestmark = pytest.mark.faults


@pytest.fixture
def installation(tmp_path: Path, redis_url: str) -> Iterator[Installation]:
    with Installation(tmp_path / "var", redis_url=redis_url) as made:
        yield made


@pytest.fixture
def runtime(installation: Installation) -> Iterator[Runtime]:
    made = Runtime(installation.settings)
    make_tables(made.settings.effective_database_url)
    yield made
    made.engine.dispose()


def upload(runtime: Runtime) -> int:
    text = "email,name\n" + "".join(f"reader{n}@new.example,Reader {n}\n" for n in range(PEOPLE))
    files = ImportFiles(runtime.settings.data_dir)
    taken = store_upload(files, io.BytesIO(text.encode()), filename="people.csv")
    with runtime.session() as session:
        publication = make_publication(session)
        made = create_import(session, publication, taken, statement="They agreed.", actor="test")
        confirm_import(session, publication.id, made.id, actor="test")
        session.commit()
        return made.id


def look(runtime: Runtime, import_id: int) -> SubscriberImport:
    with runtime.session() as session:
        return session.get_one(SubscriberImport, import_id)


def test_killed_and_terminated(installation: Installation, runtime: Runtime) -> None:
    import_id = upload(runtime)
    # The sweep finds it: nothing was connected to the broker when it was accepted.
    installation.start("periodic", "imports")
    wait_until(lambda: look(runtime, import_id).position > 0, lambda: installation.said("imports"))
    installation.kill("imports")
    killed = look(runtime, import_id)
    assert killed.state is ImportState.RUNNING
    assert killed.position < PEOPLE
    installation.tend()
    wait_until(
        lambda: look(runtime, import_id).position > killed.position, lambda: installation.said("imports")
    )
    began = time.monotonic()
    installation.end("imports")
    assert time.monotonic() - began < 20, "it ends after a batch, not after the file"
    ended = look(runtime, import_id)
    assert ended.state in {ImportState.QUEUED, ImportState.DONE}
    installation.start("imports")
    wait_until(lambda: look(runtime, import_id).over, lambda: installation.said("imports"))
    one = look(runtime, import_id)
    assert (one.state, one.imported, one.already, one.invalid) == (ImportState.DONE, PEOPLE, 0, 0)
    with runtime.session() as session:
        assert session.scalar(select(func.count()).select_from(Subscription)) == PEOPLE
    # The worker deletes the file once it is written down that the import is over.
    wait_until(lambda: not list((installation.data_dir / "imports").iterdir()))
