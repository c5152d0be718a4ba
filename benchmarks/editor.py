"""What the editor waits for: saving a change and seeing it, for an issue of thirty stories, and a comparison.

Server time: from the request's first octet to the answer's last, in this process, without a network; beside
it the processor's time alone, which a busy machine stretches less. On SQLite, or on the database that
DATABASE_URL names, which must be empty.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from benchmarks.installation import database_kind, settings_below
from benchmarks.rig import machine
from newsletter import migrations
from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.app import create_app
from newsletter.document import loads
from newsletter.issues.diff import diff_documents
from newsletter.issues.save import save_document
from newsletter.runtime import Runtime
from newsletter.settings import Settings
from tests.factories import REFERENCE_DIGEST, make_publication, make_readers
from tests.web.signed_in import SignedIn, signed_in_client

STORIES = 30
READERS = 1_000
ROUNDS = 60
COMPARED = 60  # stories of two revisions that are compared
TARGETS = {  # ms
    "autosave": 50.0,
    "preview": 150.0,
    "preview, text": 150.0,
    "preview, list": 150.0,
    "preview, links": 150.0,
    "preview, reading": 150.0,
    "preview, size": 150.0,
    "preview, inverted": 150.0,
    "diff": 100.0,
}


def digest(number: int = STORIES) -> str:
    """The reference digest with that many different stories in its links section, and no uploaded image."""
    document = json.loads(
        REFERENCE_DIGEST.read_text(encoding="utf-8").replace("media:", "https://i.example/")
    )
    [links] = [section for section in document["sections"] if section["type"] == "links"]
    stories = links["items"]
    links["items"] = [
        stories[n % len(stories)] | {"headline": f"Story {n}", "url": f"https://news.example.org/{n}"}
        for n in range(number)
    ]
    return json.dumps(document)


def measure(act: Callable[[int], None]) -> tuple[list[float], list[float]]:
    """Milliseconds of each round on the clock and on the processor, after three that warm up."""
    times, busy = [], []
    for number in range(ROUNDS + 3):
        began, worked = perf_counter(), process_time()
        act(number)
        times.append((perf_counter() - began) * 1000)
        busy.append((process_time() - worked) * 1000)
    return sorted(times[3:]), sorted(busy[3:])


def desk_of(settings: Settings) -> tuple[SignedIn, str]:
    """A browser signed in as an editor, and the path of the issue."""
    runtime = Runtime(settings)
    migrations.upgrade(runtime.engine)
    with runtime.session() as session:
        publication = make_publication(session)
        make_readers(session, publication, READERS)
        issue_id = save_document(session, publication, loads(digest()), author="bench").issue.id
        user = create_user(
            session, email="ed@press.example", role=RoleName.EDITOR, password=None, actor="bench"
        )
        session.commit()
    return signed_in_client(create_app(settings), runtime.sessions(), user), f"/admin/issues/{issue_id}"


def save(client: SignedIn, path: str) -> Callable[[int], None]:
    state = json.loads(client.get(f"{path}/document").data)["etag"]

    def act(number: int) -> None:
        nonlocal state
        change = [{"op": "replace", "path": "/sections/2/items/7/blurb", "value": f"Typed {number} times."}]
        headers = {"If-Match": state, "Content-Type": "application/json-patch+json"}
        answer = client.patch(f"{path}/document", data=json.dumps(change), headers=headers)
        state = json.loads(answer.data)["etag"]

    return act


def look(client: SignedIn, path: str, variant: str) -> Callable[[int], None]:
    def act(_number: int) -> None:
        assert client.get(f"{path}/preview?variant={variant}").status_code == 200

    return act


def compare() -> Callable[[int], None]:
    """The difference of two revisions: every story edited, one in six moved, one in ten another one."""
    before, after = json.loads(digest(COMPARED)), json.loads(digest(COMPARED))
    [links] = [section for section in after["sections"] if section["type"] == "links"]
    for number, story in enumerate(links["items"]):
        story["blurb"] = story["blurb"].replace("the", "a").replace(" and ", " or ") + " More follows."
        story["headline"] = story["headline"].replace("Story", "The story")
        if number % 10 == 3:
            story |= {"headline": f"Other news {number}", "url": "", "blurb": f"{number} other words."}
    links["items"] = [*links["items"][50:], *links["items"][:50]]
    old, new = json.dumps(before), json.dumps(after)

    def act(_number: int) -> None:
        assert not diff_documents(loads(old, stored=True), loads(new, stored=True)).is_empty

    return act


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_below(folder)
        client, path = desk_of(settings)
        figures = {
            "autosave": measure(save(client, path)),
            "preview": measure(look(client, path, "html")),
            **{
                f"preview, {variant}": measure(look(client, path, variant))
                for variant in ("text", "list", "links", "reading", "size")
            },
            "preview, inverted": measure(look(client, path, "html&scheme=inverted")),
            "diff": measure(compare()),
        }
        print(f"editor, {STORIES} stories, {database_kind(settings)}; {machine()}")
        for name, (times, busy) in figures.items():
            median, slow = statistics.median(times), times[int(len(times) * 0.95)]
            target = TARGETS[name]
            own = statistics.median(busy)
            print(f"  {name:<16} {median:6.1f} ms (95 %: {slow:.1f}, processor {own:.1f}), ", end="")
            print(f"{target:.0f} ms asked: {'met' if median <= target else 'MISSED'}")


if __name__ == "__main__":
    main()
