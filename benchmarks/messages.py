"""One recipient's copy of a message: what making it costs, and where the time goes.

The message of `sending.py`: about 20 kB in two parts, ten links that are told apart by recipient. Processor
time, so that what else the machine does matters little; each row is the best of some rounds. Signatures are
compared with what `openssl speed rsa2048` does on one core in the same run, and with dkimpy's.

    python benchmarks/messages.py [--messages 20000]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import dkim as dkimpy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.rig import judged, machine
from benchmarks.sending import document
from newsletter import migrations
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.document import loads
from newsletter.issues.compile import compile_issue
from newsletter.issues.recipient import MailingIdentity, Recipient
from newsletter.issues.save import save_document
from newsletter.rendering.message import CompiledMessage
from newsletter.runtime import Runtime
from newsletter.sending.mailing_message import MailingMessage
from newsletter.settings import load_settings
from newsletter.smtp import dkim
from tests.factories import make_publication

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
ROUNDS = 5
MOST = 35.0  # µs for a copy, on the machine that the figure was promised for
SIGNING = 0.8  # times what `openssl speed` signs
BESIDE = 60.0  # µs of a signature that are not RSA's
SLOWER = 3.0  # how much longer a name beyond ASCII may take
NAMES = {"plain": "Reader {}", "German": "Jörg Müßig {}", "Arabic": "ليلى حداد {}", "emoji": "Ana 🎉 {}"}


def compiled(links: Links) -> CompiledMessage:
    """The message, compiled as a mailing compiles it."""
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        runtime = Runtime(load_settings({"DATA_DIR": folder}))
        migrations.upgrade(runtime.engine)
        with runtime.session() as session:
            publication = make_publication(session)
            saved = save_document(session, publication, loads(document("one")), author="bench")
            made = compile_issue(session, saved.revision, publication, links, mailing_id=1)
        runtime.engine.dispose()
    return made


def people(name: str, count: int) -> list[Recipient]:
    """`count` members of a mailing; their tokens are as long as those of 128 bits."""
    return [
        Recipient(
            seq=n,
            subscriber_id=300_000 + n,
            subscription_id=400_000 + n,
            email=f"reader{n}@readers.example",
            name=name.format(n),
            attributes={"token": f"abcdefghijklmnop{n:06d}"},
        )
        for n in range(count)
    ]


def cost(make: Callable[[Recipient], object], readers: Sequence[Recipient]) -> float:
    """µs of processor time for each of `readers`."""
    took = []
    for _ in range(ROUNDS):
        began = process_time()
        for person in readers:
            make(person)
        took.append((process_time() - began) / len(readers) * 1e6)
    return min(took)


def signatures_a_second() -> float | None:
    """What openssl says of one core; None where it cannot be had."""
    try:
        output = subprocess.run(
            ["openssl", "speed", "-seconds", "2", "rsa2048"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        print(f"openssl cannot be had: {error}")
        return None
    return float(output.strip().splitlines()[-1].split()[5])


def signing(message: MailingMessage, count: int) -> None:
    """What a signature costs, and what of it is not the RSA operation itself."""
    readers = people(NAMES["plain"], count // 10)
    key = generate_private_key(public_exponent=65_537, key_size=2048)
    rsa = dkim.Signer("weekly.example", "n1", key)
    short = dkim.Signer("weekly.example", "e1", Ed25519PrivateKey.generate())
    body = message.to(readers[0], NOW).body
    bare = cost(lambda _: rsa.seal(body[:2_000]), readers)
    stamp = cost(lambda _: dkim.sign(body, (rsa,), 1, tidy=True), readers)
    both = cost(lambda _: dkim.sign(body, (rsa, short), 1, tidy=True), readers)
    took = cost(partial(replace(message, signers=(rsa,)).to, dated=NOW), readers)
    print(f"signed with RSA-2048: {took:.0f} µs for each copy, {stamp:.0f} of them the signature")
    print(f"  with Ed25519 as well: {both - stamp:.0f} µs more")
    beside = stamp - bare
    print(f"  beside RSA: {beside:.0f} µs (at most {BESIDE:g}): {judged(BESIDE / beside, 1)}")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    theirs = cost(
        lambda _: dkimpy.sign(body, b"n1", b"weekly.example", pem, canonicalize=(b"relaxed", b"relaxed")),
        readers[:30],
    )
    print(f"  signatures a second and core: {1e6 / stamp:,.0f}; dkimpy's: {1e6 / theirs:,.0f}")
    reference = signatures_a_second()
    if reference is not None:
        ratio = 1e6 / stamp / reference
        told = f"signatures against openssl ({reference:,.0f}/s): {ratio:.2f} (at least {SIGNING})"
        print(f"  {told}: {judged(ratio, SIGNING)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=20_000)
    count = parser.parse_args().messages
    links = Links("https://news.example", Signer(["a secret for the benchmark that is long enough"]))
    message = MailingMessage(
        identity=MailingIdentity(
            mailing_id=1,
            links=links,
            domain="weekly.example",
            publication_name="The Weekly",
            origin="https://news.example 2026-11-20T07:00:30+00:00",
        ),
        compiled=compiled(links),
        sender="editor@weekly.example",
    )
    print(f"On {machine()}")
    results = {}
    for kind, name in NAMES.items():
        readers = people(name, count)
        size = len(message.to(readers[0], NOW).body)
        results[kind] = cost(partial(message.to, dated=NOW), readers)
        print(f"{kind} names, {size:,} octets: {results[kind]:.1f} µs for each copy")
    readers = people(NAMES["plain"], count)
    link = cost(lambda person: links.unsubscribe(person.subscription_id, 1), readers)
    print(f"an unsubscribe link: {link:.1f} µs")
    print(f"  plain names: {results['plain']:.1f} (at most {MOST:g}): {judged(MOST / results['plain'], 1)}")
    slowest = max(results.values()) / results["plain"]
    told = f"slowest names against plain ones: {slowest:.2f} (at most {SLOWER:g})"
    print(f"  {told}: {judged(SLOWER / slowest, 1)}")
    signing(message, count)


if __name__ == "__main__":
    main()
