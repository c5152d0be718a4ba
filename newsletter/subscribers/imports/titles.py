"""What columns are called, in several languages, and which field of an import each of them fills."""

from collections.abc import Sequence
from enum import StrEnum

from newsletter.subscribers.imports.words import compact


class Field(StrEnum):
    """What a column may fill. `--map`, the page of an upload and the formats of other services use these."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    TAGS = "tags"
    MUTED_TOPICS = "muted_topics"
    ATTRIBUTES = "attributes"  # a JSON object whose keys are attributes
    CONSENT_AT = "consent_at"
    CONSENT_SOURCE = "consent_source"
    CONSENT_IP = "consent_ip"
    FREQUENCY = "frequency"  # “monthly” for one summary a month; other words mean each issue
    PAUSED_UNTIL = "paused_until"
    STATE = "state"  # a word: active, unsubscribed, …
    SUBSCRIBED = "subscribed"  # a yes, or when
    UNSUBSCRIBED = "unsubscribed"  # a yes, a date or a reason; those below, too
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    IGNORE = "ignore"


ATTRIBUTE = "attribute:"  # before the key of an attribute

# In the order of preference: a file that has both `email` and `e-mail` means the first.
EMAIL = (
    *("email", "e-mail", "email address", "e-mail address", "email_address", "subscriber email", "mail"),
    *("primary email", "contact email", "user email", "e-mail 1 - value"),
    *("E-Mail-Adresse", "Mailadresse", "Adresse e-mail", "Adresse mail", "Adresse électronique", "Courriel"),
    *("Adresse de courriel", "Adresse courriel", "Indirizzo email", "Indirizzo di posta elettronica"),
    *("Posta elettronica", "Indirizzo mail", "Correo electrónico", "Dirección de correo electrónico"),
    *("Dirección de email", "Dirección de correo", "Correo", "E-mailadres", "E-postadress", "E-post"),
    *("Endereço de e-mail", "Endereço de correio eletrónico", "البريد الإلكتروني", "عنوان البريد الإلكتروني"),
)
NAME = (
    *("name", "full name", "full_name", "fullname", "display name", "subscriber name", "contact name"),
    *("Vollständiger Name", "Nom complet", "Nome completo", "Nome e cognome", "Nombre completo"),
    *("Nombre y apellidos", "Nom et prénom", "Prénom et nom", "Last name, first name"),
    *("الاسم", "الاسم الكامل"),
)
FIRST_NAME = (
    *("first name", "first_name", "firstname", "given name", "Vorname", "Prénom", "Nome", "Nombre"),
    *("Voornaam", "الاسم الأول"),
)
LAST_NAME = (
    *("last name", "last_name", "lastname", "surname", "family name", "Nachname", "Familienname", "Nom"),
    *("Nom de famille", "Cognome", "Apellido", "Apellidos", "Achternaam", "اسم العائلة"),
)
# In German a name beside a first name is the last one.
_NAME_IS_LAST = {"vorname"}

# One column for each of these; the first of its titles that a header has.
FURTHER: dict[Field, tuple[str, ...]] = {
    Field.LANGUAGE: (
        *("language", "locale", "lang", "preferred language", "Sprache", "Langue", "Lingua", "Idioma"),
        *("Taal", "Språk", "Língua", "اللغة"),
    ),
    Field.TAGS: ("tags", "tag", "labels", "Schlagwörter", "Étiquettes", "Etichette", "Etiquetas", "الوسوم"),
    Field.MUTED_TOPICS: ("muted_topics", "topics muted", "stumme Themen", "sujets ignorés"),
    Field.ATTRIBUTES: ("attributes", "attribs"),
    Field.CONSENT_AT: (
        *("consent_at", "consent time", "consent date", "opt-in time", "opt-in date", "optin time"),
        *("subscribed at", "subscription date", "subscribe date", "confirmed_at", "confirmation time"),
        *("Anmeldedatum", "Angemeldet am", "Date d'inscription", "Data di iscrizione", "Fecha de alta"),
        "تاريخ الاشتراك",
    ),
    Field.CONSENT_SOURCE: ("consent_source", "consent source", "opt-in source", "signup source"),
    Field.CONSENT_IP: (
        *("consent_ip", "consent ip", "opt-in ip", "optin ip", "signup ip", "ip address", "ip"),
        *("IP-Adresse", "Adresse IP", "Indirizzo IP", "Dirección IP"),
    ),
    # Other services mean other things by such words: they are believed where a format or somebody says so.
    Field.FREQUENCY: (),
    Field.PAUSED_UNTIL: (),
}


def first_of(spelled: Sequence[str], names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The column that is called like one of `wanted`: by its exact spelling, else by the compact one."""
    exact = next((spelled.index(word) for word in wanted if word in spelled), None)
    if exact is not None:
        return exact
    return next((names.index(word) for word in map(compact, wanted) if word in names), None)


def name_columns(spelled: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """The columns of the name, in the order in which it is written."""
    whole = first_of(spelled, names, NAME)
    first, last = first_of(spelled, names, FIRST_NAME), first_of(spelled, names, LAST_NAME)
    if whole is not None and first is not None and last is None and names[first] in _NAME_IS_LAST:
        return (first, whole)
    parts = (first, last) if whole is None else (whole,)
    return tuple(part for part in parts if part is not None)
