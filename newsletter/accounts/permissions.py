"""What somebody who signs in may do: each role is a set of permissions, each page asks for one."""

from enum import StrEnum


class Permission(StrEnum):
    """What a page of the admin needs."""

    VIEW = "view"
    EDIT_ISSUES = "edit_issues"
    SEND = "send"
    MANAGE_SUBSCRIBERS = "manage_subscribers"
    MANAGE_PUBLICATIONS = "manage_publications"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_TEAM = "manage_team"


class RoleName(StrEnum):
    """What somebody is to the team. Everyone has exactly one role."""

    OWNER = "owner"
    EDITOR = "editor"


PERMISSIONS: dict[RoleName, frozenset[Permission]] = {
    RoleName.OWNER: frozenset(Permission),
    RoleName.EDITOR: frozenset(Permission) - {Permission.MANAGE_SETTINGS, Permission.MANAGE_TEAM},
}


def permits(role: RoleName | None, permission: Permission) -> bool:
    """Whether `role` has `permission`; nobody's role has none."""
    return role is not None and permission in PERMISSIONS[role]
