"""The development mailbox: an SMTP server that catches every message, and the folder it keeps them in.

`server` receives (`python -m newsletter.smtp.mailbox --dir … --port …`); `store` writes, reads and empties
the folder.
"""

from newsletter.smtp.mailbox.store import CaughtMessage, Summary, clear, list_messages, read_message

__all__ = ["CaughtMessage", "Summary", "clear", "list_messages", "read_message"]
