"""Sentences of other languages, in which the words of an unknown address stand apart, as patterns."""

from newsletter.smtp.wordings.pattern import compiled
from newsletter.smtp.wordings.wording import Wording

_GAP = r"(?: [\w@]+){0,7}? "
_ROMANCE = (
    r"(?:adresse|compte|utilisateur|destinataire|boite|usuario|cuenta|direccion|destinatario|buzon"
    r"|casilla|correo"
    r"|indirizzo|utente|casella|endereco|conta|caixa|utilizador)"
)
_UNKNOWN = (
    (
        rf"{_ROMANCE}{_GAP}(?:nexiste pas|nexiste plus|inconnue?|introuvable|inexistante?|no existe|non"
        rf" esiste|nao existe"
        r"|desconocid[oa]|sconosciut[oa]|desconhecid[oa]|inexistente|inesistente|no (?:es )?valid[oa]"
        r"|n[ao]o"
        r" encontrad[oa]"
        r"|no (?:fue )?encontrad[oa]|non (?:e stat[oa] )?trovat[oa]|invalid[oae]|incorrect[ae]?)\b"
    ),
    (
        r"(?:benutzer|empfanger|empfangeradresse|adresse|mailadresse|postfach|konto|mailbox|kunde)"
        rf"{_GAP}(?:unbekannt|existiert nicht|nicht gefunden|ungultig|nicht bekannt|nicht vorhanden|gibt es"
        rf" nicht)\b"
    ),
    (
        rf"(?:gebruiker|ontvanger|adres|postvak|account){_GAP}(?:onbekend|bestaat niet|niet gevonden"
        rf"|ongeldig)\b"
    ),
    (
        rf"(?:uzytkownik|adres|konto|skrzynka|odbiorca){_GAP}(?:nie istnieje|nieznan[yae]|nie"
        rf" znalezion[oya]?|nieprawidlowy)\b"
    ),
    rf"(?:kullanici|adres|adresi|hesap|alici){_GAP}(?:bulunamadi|mevcut degil|gecersiz|bilinmiyor)\b",
    (
        rf"(?:адрес|ящик|пользователь|получатель|адресат|абонент){_GAP}(?:не существует|не наиден"
        rf"|неизвестен"
        r"|недеиствителен|не зарегистрирован|отсутствует|удален)\b"
    ),
    r"boyle bir (?:kullanici|adres|hesap|alici) yok\b",
    r"такого (?:адреса|ящика|пользователя|получателя|абонента) (?:у нас )?нет\b",
    r"(?:несуществующи\w+|неизвестн\w+|неверн\w+) (?:адрес|ящик|пользовател|получател)\w*",
)
_FULL = (
    (
        rf"(?:postfach|mailbox|boite|messagerie|buzon|bandeja|casilla|casella|caixa|skrzynka|postvak"
        rf"|ящик){_GAP}"
        r"(?:voll|uberfullt|pleine|saturee|llen[oa]|pien[ao]|chei[oa]|pelna|przepelnion\w+|vol|переполнен"
        r"|заполнен|agotado)\b"
    ),
)
_SUSPENDED = (
    (
        rf"(?:konto|postfach|compte|cuenta|casilla|account|casella|conta|skrzynka|hesap|аккаунт"
        rf"|ящик){_GAP}(?:gesperrt"
        r"|deaktiviert|inaktiv|desactive|suspendu|inactif|ferme|desactivad[oa]|suspendid[oa]|inactiv[oa]"
        r"|expirado|sospes[oa]"
        r"|disattivat[oa]|disabilitat[oa]|desativad[oa]|suspens[oa]|inativ[oa]|geblokkeerd|zablokowan[ea]"
        r"|nieaktywn[ea]"
        r"|заблокирован|отключен|неактивен)\b"
    ),
)

PATTERNS = {
    Wording.USER_UNKNOWN: compiled(_UNKNOWN),
    Wording.MAILBOX_FULL: compiled(_FULL),
    Wording.SUSPENDED: compiled(_SUSPENDED),
}
