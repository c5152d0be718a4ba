"""Comments on an issue, of the team and of whoever has a share link."""
