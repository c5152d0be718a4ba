"""`newsletter user`: who may sign in to the admin pages."""

import sys
from typing import TYPE_CHECKING

import click

from newsletter.cli.environment import answer, console, json_option, runtime, session

if TYPE_CHECKING:
    from newsletter.accounts.models import User


@click.group("user", help="Create, list and deactivate the people who sign in.")
def command() -> None: ...


@command.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(["owner", "editor"]), required=True, help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read their password from standard input, one line.")
@json_option
def create(email: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add EMAIL to the team. Without a password, this prints a link to choose one."""
    from newsletter.accounts.create import create_user
    from newsletter.accounts.permissions import RoleName
    from newsletter.accounts.tokens import link_state
    from newsletter.audit.record import COMMAND_LINE

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with session() as opened:
        user = create_user(opened, email=email, role=RoleName(role), password=password, actor=COMMAND_LINE)
        opened.commit()
    answered: dict[str, object] = {"id": user.id, "email": user.email, "role": role}
    if password is not None:
        answer(as_json, answered, f"{user.email} can sign in as an {role} at {_public_url()}/sign-in")
        return
    link = runtime().links.invitation(user.id, link_state(user))
    answer(
        as_json,
        answered | {"link": link},
        f"{user.email} is an {role} now. They choose a password here, within seven days:\n{link}",
    )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the team."""
    from rich.markup import escape
    from rich.table import Table

    from newsletter.accounts.find import all_users

    with session() as opened:
        rows = [_facts(user) for user in all_users(opened)]
    if as_json:
        answer(True, {"users": rows}, "")
        return
    if not rows:
        console.print("Nobody can sign in yet. Create an owner: `newsletter user create EMAIL --role owner`.")
        return
    table = Table("address", "role", "state", "last signed in (UTC)", box=None)
    for row in rows:
        table.add_row(
            *(escape(str(row[key] or "never")) for key in ("email", "role", "state", "signed_in_at"))
        )
    console.print(table)


@command.command("deactivate")
@click.argument("email")
@json_option
def deactivate_user(email: str, as_json: bool) -> None:
    """Sign EMAIL out everywhere and block further sign-ins."""
    from newsletter.accounts.find import find_user_by_address
    from newsletter.accounts.roles import deactivate
    from newsletter.audit.record import COMMAND_LINE
    from newsletter.core.addresses import parse_address
    from newsletter.core.errors import Missing

    with session() as opened:
        user = find_user_by_address(opened, parse_address(email))
        if user is None:
            raise Missing("unknown_user", f"Nobody on the team has the address {email}.")
        changed = deactivate(opened, user, actor=COMMAND_LINE)
        opened.commit()
        told = _facts(user)
    happened = "can no longer sign in" if changed else "was already deactivated"
    answer(as_json, told, f"{user.email} {happened}.")


@command.command("setup-link")
@json_option
def setup_link(as_json: bool) -> None:
    """Print the link to create the first owner; it works until there is one."""
    from newsletter.accounts.roles import has_owner
    from newsletter.core.db import reading

    with reading(), session() as opened:
        done = has_owner(opened)
    url = None if done else runtime().links.set_up()
    answer(as_json, {"url": url}, url or "There is already an owner: sign in, or create another user.")


def _public_url() -> str:
    return runtime().settings.effective_public_url


def _facts(user: "User") -> dict[str, object]:
    state = "deactivated" if not user.active else "active" if user.password else "invited"
    at = user.current_login_at
    return {
        "email": user.email,
        "role": user.role.value if user.role else None,
        "state": state,
        "signed_in_at": at.isoformat(timespec="minutes") if at else None,
    }
