"""An example reader, for whoever looks at an issue without being one of its readers."""

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.compile import sender_domain
from newsletter.issues.recipient import recipient_values
from newsletter.publications.models import Publication

EMAIL = "reader@example.org"


def example_values(publication: Publication, links: Links) -> dict[str, str]:
    """The values of a reader of whom only the address is known; their links lead to pages that say so.

    They have the length that a real reader's links have, so that sizes measured with them are true.
    """
    values = recipient_values(
        email=EMAIL,
        name="",
        attributes={},
        subscription_id=0,
        subscriber_id=0,
        links=links,
        mailing_id=0,
        seq=0,
        domain=sender_domain(publication) or "example.org",
        now=clock.now(),
        publication_name=publication.name,
    )
    nobody = "-" * 40
    return values | {
        "unsubscribe_url": f"{links.public_url}/u/{nobody}",
        "preferences_url": f"{links.public_url}/p/{nobody}",
    }
