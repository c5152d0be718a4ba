"""Uploads of addresses in each state, for the scenes of the admin's pages."""

from io import BytesIO

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportProblem, ImportState, SubscriberImport
from newsletter.subscribers.imports.upload import create_import, store_upload


def begin_import(session: Session, runtime: Runtime, publication: Publication, actor: str) -> int:
    """An upload that nobody has confirmed, with columns that are not kept and rows that cannot be used."""
    text = b"email,name,status,city\nnew@readers.example,Nea,subscribed,Cork\nnobody,No,subscribed,Cork\n"
    files = ImportFiles(runtime.settings.data_dir)
    taken = store_upload(files, BytesIO(text), filename="members.csv")
    statement = "They asked for the letter at our stand."
    return create_import(session, publication, taken, statement=statement, actor=actor).id


def keep_import(
    session: Session, publication: Publication, state: ImportState, actor: str, filename: str = "people.csv"
) -> int:
    """An upload that ended, failed or is being read, with rows that were left out."""
    made = SubscriberImport(
        publication_id=publication.id,
        state=state,
        actor=actor,
        filename=filename,
        file="none",
        statement="They asked for the letter at our stand.",
        lines=1_204,
        position=1_204 if state is ImportState.DONE else 500,
        imported=450,
        already=20,
        skipped={"suppressed": 3, "left": 9},
        invalid=18,
        failure=f"Line 501 of {filename} cannot be read." if state is ImportState.FAILED else "",
        finished_at=clock.now() if state is not ImportState.RUNNING else None,
    )
    session.add(made)
    session.flush()
    problems = [(n, f"“{filename} {n}” is not an address.") for n in range(2, 20)]
    session.add_all(ImportProblem(import_id=made.id, line=n, problem=words) for n, words in problems)
    session.flush()
    return made.id
