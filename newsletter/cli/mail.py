"""`newsletter mail`: mail that comes in."""

import click

from newsletter.cli.environment import answer, json_option, runtime, session


@click.group("mail", help="Receive mail: links for inboxes, bounces, unsubscribes.")
def command() -> None: ...


@command.command("listen")
@click.option("--host", default="", help="The address to listen on, instead of MAIL_HOST.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port, instead of MAIL_PORT; 0 for any free one."
)
@json_option
def listen(host: str, port: int | None, as_json: bool) -> None:
    """Receive mail by SMTP or LMTP until stopped; unknown addresses are refused.

    It neither relays nor replies. Let your mail server pass it the mail for MAIL_DOMAIN.
    """
    import asyncio

    from newsletter.core import logs
    from newsletter.core.errors import Refused
    from newsletter.incoming.listening_socket import open_socket
    from newsletter.incoming.receive import Receiver
    from newsletter.incoming.server import serve

    settings = runtime().settings
    if port is None and not settings.effective_mail_port:
        raise Refused("mail_port", "MAIL_PORT is 0, so no mail is received: set a port.")
    with session():  # says whether the database is ready
        pass
    logs.configure(settings.log_format)
    address = host or settings.mail_host
    listening = open_socket(address, settings.effective_mail_port if port is None else port)
    taken: int = listening.getsockname()[1]
    answer(as_json, {"host": address, "port": taken}, f"Mail is received on {address}:{taken}.")
    receiver = Receiver(runtime().sessions, runtime().links)
    asyncio.run(serve(receiver, settings.effective_mail_domain, listening))


@command.command("poll")
@json_option
def poll(as_json: bool) -> None:
    """Fetch the mail in the mailbox of IMAP_URL now; workers do so every minute."""
    from newsletter.core.errors import Refused
    from newsletter.incoming import imap
    from newsletter.incoming.receive import Receiver

    url = runtime().settings.imap_url
    if url is None:
        raise Refused("imap_url", "IMAP_URL is not set, so no mailbox is read.")
    account = imap.read_imap_url(url.get_secret_value())
    with session():  # says whether the database is ready
        pass
    polled = imap.poll(account, Receiver(runtime().sessions, runtime().links))
    facts = {"taken": polled.taken, "refused": polled.refused, "later": polled.later}
    told = f"{polled.taken} taken, {polled.refused} refused, {polled.later} left for later."
    answer(as_json, facts, f"Messages: {told}")
