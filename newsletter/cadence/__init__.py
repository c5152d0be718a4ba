"""When a publication's issues are due: its dates, drafts made ahead of them, and reminders."""
