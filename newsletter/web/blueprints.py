"""Every blueprint of the application, in one list."""

from flask import Flask

from newsletter.settings import Settings
from newsletter.web import accounts, admin, health, request_body
from newsletter.web.admin import account, team
from newsletter.web.admin import feedback as admin_feedback
from newsletter.web.admin import home as admin_home
from newsletter.web.admin import inbox as admin_inbox
from newsletter.web.admin import issues as admin_issues
from newsletter.web.admin import mailings as admin_mailings
from newsletter.web.admin import media as admin_media
from newsletter.web.admin import publications as admin_publications
from newsletter.web.admin import settings as admin_settings
from newsletter.web.admin import subscribers as admin_subscribers
from newsletter.web.dev import mailbox
from newsletter.web.public import (
    address_change,
    archive,
    confirm,
    feed,
    home,
    hooks,
    lift,
    media,
    og_image,
    preferences,
    preferences_choices,
    preview,
    redirect,
    sent_variant,
    share,
    style,
    subscribe,
    subscribe_json,
    suggest,
    unsubscribe,
)


def init_app(app: Flask, settings: Settings) -> None:
    accounts.init_app(app, settings)
    request_body.init_app(app)
    admin.init_app(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(home.blueprint)
    app.register_blueprint(media.blueprint)
    app.register_blueprint(archive.blueprint)
    app.register_blueprint(og_image.blueprint)
    app.register_blueprint(feed.blueprint)
    app.register_blueprint(style.blueprint)
    app.register_blueprint(subscribe.blueprint)
    app.register_blueprint(subscribe_json.blueprint)
    app.register_blueprint(suggest.blueprint)
    app.register_blueprint(confirm.blueprint)
    app.register_blueprint(unsubscribe.blueprint)
    app.register_blueprint(preferences.blueprint)
    app.register_blueprint(preferences_choices.blueprint)
    app.register_blueprint(address_change.blueprint)
    app.register_blueprint(preview.blueprint)
    app.register_blueprint(sent_variant.blueprint)
    app.register_blueprint(share.blueprint)
    app.register_blueprint(redirect.blueprint)
    app.register_blueprint(hooks.blueprint)
    app.register_blueprint(lift.blueprint)
    app.register_blueprint(admin_home.blueprint)
    app.register_blueprint(admin_inbox.blueprint)
    app.register_blueprint(admin_issues.blueprint)
    app.register_blueprint(admin_mailings.blueprint)
    app.register_blueprint(admin_media.blueprint)
    app.register_blueprint(admin_feedback.blueprint)
    app.register_blueprint(admin_subscribers.blueprint)
    app.register_blueprint(admin_publications.blueprint)
    app.register_blueprint(admin_settings.blueprint)
    app.register_blueprint(team.blueprint)
    app.register_blueprint(account.blueprint)
    if mailbox.belongs_here(settings):
        app.register_blueprint(mailbox.blueprint)
