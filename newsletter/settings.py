"""Every setting of an installation, in one place. Only the command line, the app and the workers load it.

`DATABASE_URL`, `REDIS_URL` and `SMTP_URL` left unset mean the embedded parts that `newsletter run` starts;
whoever has the same environment finds the same parts.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from newsletter.core.errors import OperatorMustAct
from newsletter.core.host_names import ehlo_name, listening_host, mail_domain
from newsletter.core.idn import to_ascii_domain
from newsletter.core.kept_secret import kept_secret, mailbox_secret
from newsletter.core.public_url import check_public_url, host_of
from newsletter.core.runtime_dir import runtime_dir
from newsletter.core.spamd_url import check_spamd_url
from newsletter.core.text import full_stop

# New files are 0600 and folders 0700: addresses of subscribers are kept in them.
PRIVATE_UMASK = 0o077
ListeningHost = Annotated[str, AfterValidator(listening_host)]
PublicUrl = Annotated[str, AfterValidator(lambda url: check_public_url(url) if url.strip() else "")]
MailDomain = Annotated[str, AfterValidator(mail_domain)]
AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().resolve())]
SECRETS_FROM_FILES = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "IMAP_URL", "WEBHOOKS")


class Settings(BaseModel):
    """What `load_settings` found in the environment. Times are seconds unless the name says otherwise."""

    model_config = ConfigDict(extra="ignore")

    data_dir: AbsolutePath = Field(
        default=Path("var"),
        validate_default=True,
        description="The folder for all data, relative to the working directory.",
    )
    host: ListeningHost = Field(
        default="127.0.0.1", description="The address that the web server listens on; `0.0.0.0` for all."
    )
    port: int = Field(default=8000, ge=1, le=65535, description="The port that the web server listens on.")
    mailbox_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The port of the embedded mailbox's SMTP server. Unset: `PORT` + 25, or `PORT` − 25 where"
        " that is above 65,535.",
    )
    public_url: PublicUrl = Field(
        default="",
        description="Where readers reach the web server, such as `https://news.example.org`: every link in"
        " an email begins with it, and relays are told its host. It has no path. With"
        " `https://`, cookies are marked secure, browsers are told to stay on https, and messages offer"
        " one-click unsubscribing (RFC 8058). Unset: `http://HOST:PORT`.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs the links in emails and the sessions, and encrypts the passwords of relays."
        " Unset: one is made once, in `DATA_DIR/secret-key`.",
    )
    old_secret_keys: list[SecretStr] = Field(
        default_factory=list,
        description="Earlier secrets, separated by commas: links signed with them stay valid, and"
        " passwords encrypted with them can be read.",
    )
    database_url: str | None = Field(
        default=None,
        description="`postgresql://user:password@host/name`, or `sqlite:////path/to/file.db`. Unset:"
        " the SQLite file `DATA_DIR/newsletter.db`.",
    )
    redis_url: str | None = Field(
        default=None,
        description="`redis://host:6379/0` or `unix:///path/to/socket`, for the queue of jobs and the"
        " counters of rate limits. Unset: the embedded Valkey.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The relay, `smtp://user:password@host:587` or `smtps://…`, or several separated by "
        "spaces: see [relays](../howto/relays.md). Unset: the embedded mailbox.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        description="How many proxies are in front of the web server. That many entries of "
        "`X-Forwarded-For`, `-Proto` and `-Host` are trusted, no more.",
    )
    web_concurrency: int = Field(default=1, ge=1, le=64, description="Processes of the web server.")
    trusted_hosts: list[str] = Field(
        default_factory=list,
        description="Further host names that the service answers to, separated by commas; "
        "`.example.org` is all names below it, `*` any. Requests for names other than these, the one of "
        "`PUBLIC_URL` and those of this machine are refused (but for `/healthz`). Unset, and `PUBLIC_URL` "
        "too: any, unless `HOST` is this"
        " machine.",
    )
    web_threads: int = Field(default=8, ge=1, le=256, description="Threads of each web server process.")
    bulk_processes: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 4),
        ge=1,
        le=64,
        description="Processes that send mailings. Unset: the number of cores, at most 4.",
    )
    bounce_domain: MailDomain = Field(
        default="",
        description="The domain of return paths (VERP): messages of mailings leave from `b+…@` it, so that a "
        "bounce identifies its delivery. Unset: the domain of the publication's sender, without VERP.",
    )
    spamassassin_url: Annotated[str, AfterValidator(check_spamd_url)] = Field(
        default="",
        description="A spamd (SpamAssassin) that rates drafts, such as `spamd://127.0.0.1:783`.",
    )
    mail_host: ListeningHost = Field(
        default="127.0.0.1",
        description="The address on which `newsletter mail listen` receives mail, by SMTP or LMTP;"
        " `0.0.0.0` for all.",
    )
    mail_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Its port; 0: no mail is received. Unset: `PORT` + 26, or `PORT` − 26 where that is above"
        " 65,535.",
    )
    mail_domain: MailDomain = Field(
        default="",
        description="The domain of the secret addresses for links to the inbox: its mail has to reach the "
        "listener. Unset: `BOUNCE_DOMAIN`, else the host of `PUBLIC_URL`.",
    )
    imap_url: SecretStr | None = Field(
        default=None,
        description="A mailbox of its own whose mail is received as well, read every minute:"
        " `imaps://user:password@host/INBOX`; with `?authserv-id=NAME` it confirms self-tests, too.",
    )
    webhooks: SecretStr | None = Field(
        default=None,
        description="Providers that post bounces and complaints, each with what its posts are checked "
        "against, separated by spaces: `mailgun=KEY ses=arn:…`. See [bounces](../howto/bounces.md).",
    )
    organisation: str = Field(
        default="",
        description="Who runs this, for pages and system messages that belong to no publication.",
    )
    fetch_private_hosts: list[str] = Field(
        default_factory=list,
        description="Hosts, or `host:port`, separated by commas, whose pages, feeds and pictures are fetched"
        " for the inbox although their addresses are not on the public internet, such as those of an"
        " intranet. Every other address that is not global is refused.",
    )
    log_format: Literal["console", "json"] = Field(
        default="json",
        description="`console` is for people. `newsletter run` chooses it when this is unset.",
    )
    recovery_seconds: float = Field(
        default=15, gt=0, description="Seconds between two searches for windows whose sender died."
    )
    window_size: int = Field(
        default=100,
        ge=1,
        le=1000,
        description="Deliveries that are reserved at a time, up to five times as many where a relay is fast:"
        " those of the open windows can become unanswered when a machine loses power.",
    )
    failpoints: str = Field(
        default="",
        description="For tests only: places in the sending protocol where a worker process dies, stops or"
        " fails, such as `turn.committing=kill@3` (`newsletter/sending/failpoints.py`).",
    )

    @field_validator("old_secret_keys", "trusted_hosts", "fetch_private_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @field_validator("trusted_hosts")
    @classmethod
    def _names(cls, value: list[str]) -> list[str]:
        return [to_ascii_domain(name.strip().lower()) for name in value]

    @property
    def uses_embedded_database(self) -> bool:
        return self.database_url is None

    @property
    def uses_embedded_redis(self) -> bool:
        return self.redis_url is None

    @property
    def uses_embedded_smtp(self) -> bool:
        return self.smtp_url is None

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'newsletter.db'}"

    @property
    def effective_redis_url(self) -> str:
        return self.redis_url or f"unix://{self.runtime_dir / 'valkey.sock'}"

    @property
    def effective_mailbox_port(self) -> int:
        return self.mailbox_port if self.mailbox_port is not None else self._port_beside(25)

    @property
    def effective_mail_port(self) -> int:
        """The port of the listener for mail that comes in; 0: there is none."""
        return self.mail_port if self.mail_port is not None else self._port_beside(26)

    @property
    def configured_mail_domain(self) -> str:
        """The domain whose mail our listener is to take; empty where nobody said so."""
        return self.mail_domain or self.bounce_domain

    @property
    def effective_mail_domain(self) -> str:
        host = "localhost" if self.mail_name.startswith("[") else self.mail_name
        return self.configured_mail_domain or host

    def _port_beside(self, distance: int) -> int:
        return self.port + distance if self.port + distance <= 65535 else self.port - distance

    @property
    def effective_smtp_url(self) -> str:
        given = self.smtp_url.get_secret_value() if self.smtp_url else ""
        return given or f"smtp://127.0.0.1:{self.effective_mailbox_port}?starttls=never"

    @property
    def effective_public_url(self) -> str:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def runtime_dir(self) -> Path:
        """Where sockets and process ids live: short enough for a socket's path."""
        return runtime_dir(self.data_dir)

    @property
    def mail_name(self) -> str:
        """The name we give a relay (EHLO): the public host, which receivers may look up."""
        return ehlo_name(host_of(self.effective_public_url))

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def mailbox_dir(self) -> Path:
        return self.data_dir / "mailbox"

    @property
    def mailbox_secret(self) -> str:
        """What opens the pages of the embedded mailbox: the same for every process and every start."""
        return mailbox_secret(self.secrets[0])

    @property
    def tally_dir(self) -> Path:
        return self.data_dir / "tallies"

    @property
    def unsubscribe_dir(self) -> Path:
        return self.data_dir / "unsubscribes"

    @cached_property
    def secrets(self) -> list[str]:
        """The secret that signs, then the older ones. Without SECRET_KEY one is made once in DATA_DIR."""
        newest = self.secret_key.get_secret_value() or kept_secret(self.data_dir / "secret-key")
        return [newest, *(key.get_secret_value() for key in self.old_secret_keys)]


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment; `OperatorMustAct` names each variable that cannot be used.

    A process that loads its own environment also stops sharing what it writes: see `PRIVATE_UMASK`.
    """
    if environment is None:
        os.umask(PRIVATE_UMASK)
    values = dict(os.environ if environment is None else environment)
    for name in SECRETS_FROM_FILES:
        path = values.get(f"{name}_FILE")
        if path and not values.get(name):
            try:
                values[name] = Path(path).read_text().strip()
            except OSError as error:
                raise OperatorMustAct(
                    "settings", f"{name}_FILE cannot be read: {path}: {error.strerror}."
                ) from error
    known = {field: values[field.upper()] for field in Settings.model_fields if values.get(field.upper())}
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        problems = "; ".join(
            f"{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        )
        raise OperatorMustAct("settings", f"The settings cannot be used: {full_stop(problems)}") from error
