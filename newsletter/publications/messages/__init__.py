"""Messages to readers in a publication's own words: the confirmation, the notice that they are already
subscribed, and the welcome message, each per language.

A publication says the subject and the text. The button, why somebody gets the message and its foot stay
those of the service, so that nobody is ever asked without being told what for. See docs/adr/0062.
"""
