"""Erasure knows every table: each column of text is searched for the address, or has a reason not to be."""

from sqlalchemy import JSON, String

from newsletter.subscribers.erase_texts import ABOUT_ONE, ASKED, FREE_TEXTS
from newsletter.tables import Base

# Where no reader's address stands: rows of users, machine words, ids, keys and what editors publish.
NOTHING_PERSONAL = {
    *("feedback_evidence", "deferred_delivery", "provider_counting", "refused_delivery", "refused_feedback"),
    *("template_version", "tracking_relabel", "story_title_key", "issue_last_seen", "mailing_variant"),
    *(
        "delivery_retry",
        "stored_message",
        "import_mapping",
        "sign_up_count",
        "review_request",
        "template_draft",
        "transport",
    ),
    *("tracking_count", "subscriber_tag", "provider_count", "mailing_count", "transport_use", "send_window"),
    *("taken_message", "planned_issue", "issue_sign_up", "rules_version", "issue_snippet", "sending_host"),
    *("test_message", "skipped_date", "mailing_link", "archive_text", "sender_check", "user_account", "tag"),
    *("user_session", "publication", "muted_topic", "report_mail", "audit_entry", "media_file", "feed_item"),
    *("share_link", "spam_check", "entry_tag", "issue_tag", "link_mend", "attribute", "user_role", "issue"),
    *(
        "sign_up_count",
        "bulk_person",
        "delivery",
        "dkim_key",
        "revision",
        "cadence",
        "passkey",
        "topic",
        "feed",
    ),
}
# Blanked with their person, or of one of our own words.
OWN_COLUMNS = {
    "subscriber": {"email", "email_key", "address_hash", "language"},
    "suppression": {"address_hash", "reason"},
    "subscriber_import": {"actor", "file", "skipped", "state", "refused", "options", "undone"},
    "address_change": {"former_hash"},
    "subscriber_export": {"actor", "file", "format", "state"},
    "subscription": {"state", "ended_reason"},
    "bulk_change": {"action", "tag_key", "state", "actor", "counts"},
    "system_message": {"kind", "recipient", "address_hash", "mailbox_hash", "locale", "facts", "state"},
    "deferred_request": {"kind", "suspicion", "address_hash", *ASKED.values()},
    "consent_record": {"kind", "source", "actor", "text_version", "locale", "ip"},
    "segment": {"slug"},
    "mailing": {"zone", "state", "control"},
    "transport_rest": {"transport", "sender"},
    "approval": {"approved_by"},
    "waiver": {"rule", "place_key", "path", "waived_by", "undone_by"},
    # Addresses of pages, machine words, and who of the team added it.
    "entry": {
        *("url", "canonical_url", "image_url", "state", "via", "trouble", "added_by", "published"),
        *("updated", "language", "origins", "section_id", ABOUT_ONE["entry"]),
    },
    "link_check": {"url", "url_key", "final_url", "trouble"},
    "story_mention": {"url", "url_key"},
    "correction": {"actor", "dismissed_by"},
    "snippet": {"key", "edited_by"},
    "message_text": {"kind", "language", "edited_by"},
    "feedback_event": {
        *("event_key", "source", "parser", "kind", "reason", "code", "address_hash", "consequence")
    },
    "comment": {"section_id", "item_url", "resolved_by"},
    "tracking_event": {"key", "kind", "agent", "label", "rule"},  # deleted with their person
}


def test_each_column_of_text_is_searched_or_has_a_reason_not_to_be() -> None:
    for table in Base.metadata.sorted_tables:
        if table.name in NOTHING_PERSONAL:
            assert table.name not in FREE_TEXTS
            continue
        texts = {column.name for column in table.columns if isinstance(column.type, String | JSON)}
        assert texts - OWN_COLUMNS.get(table.name, set()) == set(FREE_TEXTS.get(table.name, ())), table.name
