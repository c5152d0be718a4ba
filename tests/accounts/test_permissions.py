"""What each role may do."""

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import PERMISSIONS, Permission, RoleName, permits


def test_every_role_is_told() -> None:
    assert set(PERMISSIONS) == set(RoleName)
    assert PERMISSIONS[RoleName.OWNER] == set(Permission)


def test_editors_have_no_settings_and_no_team() -> None:
    missing = set(Permission) - PERMISSIONS[RoleName.EDITOR]
    assert missing == {Permission.MANAGE_SETTINGS, Permission.MANAGE_TEAM}


def test_nobody_may_nothing() -> None:
    assert not any(permits(None, permission) for permission in Permission)
    assert not User(active=True, roles=[]).may(Permission.VIEW)
    assert not User(active=False, roles=[Role(name="owner")]).may(Permission.VIEW)
    assert User(active=True, roles=[Role(name="owner")]).may(Permission.MANAGE_TEAM)
