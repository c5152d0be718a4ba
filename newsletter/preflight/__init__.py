"""Preflight: what is wrong with an issue before it is sent. The same rules for pages, CLI and API.

`check.check` asks, `require.require_sendable` refuses what must not be sent.
"""
