"""Sentences of many languages about a mailbox that is full, and about the address of the sender."""

from newsletter.smtp.wordings.either_order import GAP
from newsletter.smtp.wordings.pattern import any_of, compiled
from newsletter.smtp.wordings.wording import Wording

_FULL = (
    any_of(
        *(
            "postfach",
            "posteingang",
            "postvak",
            r"postlada\w*",
            r"brevlada\w*",
            r"inkorg\w*",
            r"postkasse\w*",
        ),
        *(r"indbakke\w*", r"postboks\w*", r"innboks\w*", r"postilaatikko\w*", r"schrank\w+", r"postafiok\w*"),
        *(r"postalada\w*", r"skrzyn\w+", "casella", "buzon", "casilla", "caixa", "boite", "messagerie"),
        *("casuta", "cutia", "posta kutusu", "kotak (?:surat|masuk)", "hop thu", r"ящик\w*", r"скриньк\w+"),
    ),
    any_of(
        *(
            "voll",
            "uberfullt",
            "vol",
            "full",
            "fuld",
            "taynna",
            "pln[ay]",
            r"preplnen\w*",
            "megtelt",
            "tele van",
        ),
        *(
            r"zapelnion\w*",
            r"przepelnion\w*",
            "pelna",
            "pien[ao]",
            "llen[oa]",
            "chei[oa]",
            "pleine",
            "saturee",
        ),
        *(
            "plina",
            "dolu",
            "doldu",
            "penuh",
            "(?:da|bi) day",
            r"пере(?:полнен|повнен)\w*",
            r"за(?:полнен|повнен)\w*",
        ),
        any_of(
            *("ha (?:raggiunto|superato|alcanzado|excedido)", "a (?:atteint|depasse)", "atingiu", "excedeu"),
            *("excede", "supera", "depasse", "przekroczyla"),
        )
        + r"(?: \w+){1,4}",
    ),
)
# Whoever speaks of the sender's address or domain does not speak of the reader's.
_OF_SENDER = (
    "absenderadresse",
    any_of(
        "adress?e?",
        "doma?[ei]ne?",
        "domane",
        "dominio",
        "direccion",
        "indirizzo",
        "endereco",
        "adresa?",
        "domena",
    )
    + r" (?:\w+ ){0,2}"
    + any_of(
        "absenders?", "expediteur", "remitente", "mittente", "remetente", "afzender", "nadawcy", "odesilatele"
    )
    + r"\b",
    any_of(
        "absenders?",
        "avsandarens?",
        "afsenderens?",
        "avsenderens?",
        "gonderenin",
        "gonderen",
        "felado",
        "lahettajan",
    )
    + r" (?:\w+ )?"
    + any_of("adress?e?n?", "e ?postadress", "adresi", "cime", "domain", r"osoite\w*")
    + r"\b",
    r"(?:адрес|домен)\w* (?:\w+ )?(?:отправител|відправник|подател)\w*",
)

PATTERNS = {
    Wording.MAILBOX_FULL: compiled((rf"{_FULL[0]}{GAP}{_FULL[1]}\b",)),
    Wording.SENDER_REFUSED: compiled(_OF_SENDER),
}
