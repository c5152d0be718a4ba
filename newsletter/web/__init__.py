"""The web surface: public pages, API, webhooks and the editor's pages. Views parse, call, commit, respond."""
