"""With BOUNCE_DOMAIN each message leaves from an address of its own, which names its delivery."""

from collections.abc import Callable

from sqlalchemy import select

from newsletter.core.bounce_address import read_bounce_address
from newsletter.mailings.models import Delivery
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.smtp.sink import Sink
from newsletter.subscribers.models import Subscriber
from tests.sending.conftest import READERS


def test_each_message_has_a_return_path_of_its_own(
    make_process: Callable[..., SendingProcess], mailing_id: int, sink: Sink, runtime: Runtime
) -> None:
    process = make_process()
    process.bounce_domain = "bounces.weekly.example"
    process.drain(mailing_id, seconds=30)
    assert len({record.sender for record in sink.records}) == READERS
    with runtime.session() as session:
        emails = dict(
            session.execute(
                select(Delivery.seq, Subscriber.email).join(
                    Subscriber, Subscriber.id == Delivery.subscriber_id
                )
            ).all()
        )
    for record in sink.records:
        assert record.sender.endswith("@bounces.weekly.example")
        mailing, seq = read_bounce_address(runtime.links.signer, record.sender)
        assert (mailing, emails[seq]) == (mailing_id, record.recipient)
