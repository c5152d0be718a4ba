"""Sentences that name the address and say that it is not there, in either order, in many languages.

“The address that you entered could not be found” is what mail programs say in each language of theirs: the
words stand apart, and some say “there was not found the address”. What stands between them may be any words
but those for a server, a domain, or the sender. Patterns are over bare text, which has no accents.
"""

from newsletter.smtp.wordings.pattern import any_of, compiled
from newsletter.smtp.wordings.wording import Wording

_NOT_ABOUT = any_of(
    *(
        "server",
        "host",
        "doma?[ei]n",
        "dominio",
        "domena",
        "domeni",
        "relay",
        "spam",
        "спам",
        "сервер",
        "домен",
    ),
    *("sender", "absender", "mittente", "remitente", "remetente", "expedit", "avsend", "afsend", "afzend"),
    *("lahetta", "odesilat", "odosielat", "nadawc", "felado", "gonder", "posiljat", "posiljal", "pengirim"),
    *("отправ", "відправ", "подател", "αποστολ", "השולח", "المرسل"),
    *("nachricht", "message", "mensaje", "bericht", "wiadomosc", "meddelande", "сообщен"),
)
GAP = rf"(?: (?!{_NOT_ABOUT})[\w@]+){{0,7}}? "
SHORT_GAP = rf"(?: (?!{_NOT_ABOUT})[\w@]+){{0,4}}? "
# Of each group of languages: who is written to, and that there is no such one.
_LANGUAGES = (
    (  # German, Dutch
        any_of(
            *("(?:e ?mail|mail|empfanger)?adresse", "empfanger", "benutzer", "postfach", "konto"),
            *("(?:e ?mail|mail)?adres", "gebruiker", "ontvanger", "geadresseerde", "postvak", "postbus"),
        ),
        any_of(
            *("nicht (?:gefunden|ermittelt|vergeben|mehr vorhanden|existent)", "wurde geloscht", "unbekannt"),
            *(
                "gibt es (?:hier )?nicht",
                "existiert (?:hier )?nicht",
                "niet (?:worden )?gevonden",
                "bestaat (?:hier )?niet",
            ),
            *("niet bekend", "is verwijderd", "onbekend"),
        ),
    ),
    (  # Swedish, Danish, Norwegian, Finnish
        any_of(
            r"(?:e ?post|mejl|mail|e mail|mottagar|modtager|mottaker)?adress?e?n?s?",
            *(
                "mottagaren",
                "modtageren",
                "mottakeren",
                "anvandaren",
                "brugeren",
                "brukeren",
                "konto(?:e[nt]|t)",
            ),
            *("postladan", "brevladan", r"(?:sahkoposti)?osoit\w+", r"vastaanottaj\w+", r"kayttaj\w+"),
        ),
        any_of(
            *("hittades inte", "finns inte", "gick inte att hitta", "kunde inte hittas?", "saknas", "okand"),
            *("bl(?:ev|e) ikke fun(?:de|ne)t", "k(?:unne|an) ikke fin(?:de|ne)s?", "findes ikke"),
            *("finnes ikke", "eksisterer ikke", "ukendt", "ukjent"),
            *("ei (?:loydy|loytynyt|ole olemassa)", "tuntematon"),
        ),
    ),
    (  # Estonian, Latvian, Lithuanian
        any_of(
            *(r"(?:meili)?aadress\w*", r"saaja\w*", r"kasutaja\w*", r"adres[ea]\w*", r"lietotaj\w+"),
            *(r"sanemej\w+", r"vartotoj\w+", r"gavej\w+"),
        ),
        any_of(
            "ei leitud",
            "ei eksisteeri",
            r"netika atrast\w+",
            r"neeksiste\w*",
            r"nerast\w+",
            r"neegzistuoj\w+",
        ),
    ),
    (  # Italian, Spanish, Portuguese, French, Romanian, Catalan
        any_of(
            *("indirizzo", "destinatario", "utente", "casella", "direccion", "usuario", "cuenta", "buzon"),
            *("endereco", "conta", "caixa", "utilizador", "adresse", "destinataire", "utilisateur", "boite"),
            *("compte", "adresa", "destinatarul", "utilizatorul", "contul", "casuta", "cutia"),
            *("adreca", "usuari", "destinatari", "bustia"),
        ),
        any_of(
            *("impossibile trovare", "non (?:e stat[oa] )?(?:possibile )?trova(?:t[oae]|re)", "non esiste"),
            *("risulta (?:inesistente|sconosciut[oa]|cancellat[oa])", "inesistente", "cancellat[oa]"),
            r"no (?:se )?(?:ha )?(?:pudo|podido|puede) (?:ser )?encontra\w+",
            *("no se (?:ha )?(?:encontro|encuentra|encontrado)", "no existe"),
            "no (?:fue|ha sido|esta) (?:encontrad[oa]|registrad[oa])",
            r"nao (?:pode|foi) (?:ser |possivel )?(?:encontra\w+|localiza\w+)",
            *("nao (?:existe|consta)", "nao (?:localizad[oa]|encontrad[oa])"),
            *("introuvable", r"na pas (?:pu etre |ete )?trouve\w*", "nexiste pas"),
            *(r"nu (?:a fost|a putut fi|poate fi) gasit\w*", "nu exista", r"inexistent\w*", r"necunoscut\w*"),
            *("no ha trobat", "no existeix"),
        ),
    ),
    (  # Polish, Czech, Slovak, Croatian, Serbian, Slovene, Hungarian
        any_of(
            *(r"adres\w*", r"skrzyn\w+", r"odbiorc\w+", r"uzytkownik\w*", "kont[oau]", r"schrank\w+"),
            *(r"uzivatel\w*", r"pouzivatel\w*", r"prijemc\w+", "ucet", r"korisni\w+", r"primatelj\w*"),
            *("primalac", r"sandu\w+", r"naslov\w*", r"prejemnik\w*", r"uporabnik\w*", r"predal\w*"),
            *(r"cim\w*", r"felhasznalo\w*", r"postafiok\w*", r"postalada\w*"),
        ),
        any_of(
            *(r"nie (?:zostal\w* )?(?:znalezion\w*|odnalezion\w*|istniej\w*)", r"nie ma takie\w+"),
            *("nie (?:udalo sie|mozna) (?:odnalezc|znalezc)", r"nieznan\w+"),
            *(r"(?:se |sa )?nepodarilo (?:se |sa )?n[ae]j[ist]\w*", r"(?:nebyl\w* |nebol\w* )?ne?nalezen\w*"),
            *(r"neexistuj\w*", "nenas(?:la|iel|lo|li)", r"nezna\w+"),
            *("ne postoji", r"nije prona\w+", "ne obstaja", r"ni (?:bil\w* )?(?:mogoce )?naj\w+"),
            *("nem (?:talalhato|letezik|letezo|talaltuk)", "ismeretlen"),
        ),
    ),
    (  # Turkish, Indonesian, Vietnamese
        any_of(
            *(r"adres\w*", r"alici\w*", r"kullanici\w*", r"hesa[bp]\w*", "posta kutusu"),
            *("alamat", "pengguna", "penerima", "akun", "kotak surat"),
            *("dia chi", "nguoi dung", "nguoi nhan", "hop thu", "tai khoan"),
        ),
        any_of(
            *(r"bulunama\w+", r"bulunmu\w+", "mevcut degil", "gecersiz"),
            "tidak (?:ditemukan|dapat ditemukan|dikenal|terdaftar)",
            "khong (?:ton tai|tim thay|duoc tim thay|hop le)",
        ),
    ),
)
# What stands before the address: what may also end a sentence about a server is not among it.
_BEFORE = any_of(
    *(
        "keine?n?",
        "unbekannte[rs]?",
        "geen",
        "onbekende?",
        "gick inte att hitta",
        "kunde inte hitta",
        "okand",
    ),
    *("kunne ikke finde", "kan ikke finne", "finner ikke", "ukendt", "ukjent", "tuntematon"),
    *("impossibile trovare", "non e stato possibile trovare", "nessun", "no se (?:pudo|ha podido) encontrar"),
    *(
        "no se (?:ha )?(?:encontro|encontrado)",
        "no existe",
        "ningun",
        "nao foi possivel (?:encontrar|localizar)",
    ),
    *("nenhum", "aucun", "impossible de trouver", "nu (?:a fost|s a) gasit", "no ha trobat"),
    *(r"nie (?:odnaleziono|znaleziono)", "nie (?:udalo sie|mozna) (?:odnalezc|znalezc)", r"nie ma takie\w+"),
    *(r"nieznan\w+", r"(?:se |sa )?nepodarilo (?:se |sa )?n[ae]j[ist]\w*", "neznamy", "nezname"),
    *("nije moguce pronaci", "ni mogoce najti", "nincs ilyen", "nem talalhato", "ismeretlen"),
    *("boyle bir", "tidak (?:ditemukan|dapat menemukan)", "khong (?:tim thay|ton tai)"),
)
_BEFORE_OTHER_LETTERS = any_of(
    *("не (?:удалось|удается) наити", "не вдалося знаити", r"неизвестн\w+", r"невідом\w+", "нет такого"),
    *("تعذر العثور على", "لم يتم العثور على", "لا يوجد", "לא נמצא[הו]?", r"αγνωστ\w+"),
)
_OTHER_LETTERS = (
    (  # Russian, Ukrainian, Bulgarian, Greek, Hebrew, Arabic
        any_of(
            *(r"адрес\w*", r"ящик\w*", r"пользовател\w+", r"получател\w+", r"абонент\w*", r"скриньк\w+"),
            *(r"користувач\w*", r"одержувач\w*", r"отримувач\w*", r"потребител\w*", r"кутия\w*"),
            *("διευθυνση", "χρηστης", "παραληπτης", "λογαριασμος"),
            *("כתובת", "משתמש", "הנמען", "תיבת", "عنوان", "المستخدم", "المستلم", "صندوق", "الحساب"),
        ),
        any_of(
            *(
                r"не (?:существует|наиден\w*|зарегистрирован\w*|обнаружен\w*)",
                r"удален\w*",
                r"тако(?:го|и) (?:\w+ )?нет",
            ),
            *("не (?:удалось|удается) наити", "не вдалося знаити", "не (?:знаидено|існує)", r"невідом\w+"),
            *("не съществува", r"не (?:е|може да бъде) намерен\w*", r"непознат\w*"),
            *("δεν (?:βρεθηκε|υπαρχει|μπορεσε να βρεθει)", r"αγνωστ\w+"),
            *(r"לא נמצא\w*", r"אינ[הו] קיימ\w*", r"לא קיי\w+"),
            *("تعذر العثور", "لم يتم العثور", r"غير (?:موجود\w*|معروف\w*)", "لا يوجد"),
        ),
    ),
)


def _sentences(words: tuple[tuple[str, str], ...], before: str) -> tuple[str, ...]:
    """Who and that there is no such one, of each language, and the other way round."""
    everybody = any_of(*(who for who, _missing in words))
    in_order = (rf"{who}{GAP}{missing}\b" for who, missing in words)
    return (*in_order, rf"{before}{SHORT_GAP}{everybody}\b")


_DOMAIN = r"(?:doma?[ei]n\w*|doman\w*|dominio|domaine|verkkotunnus\w*|alan adi|домен\w*)"
_NO_DOMAIN = tuple(
    rf"{_DOMAIN}(?: [\w@]+){{0,4}}? {missing}\b" for _who, missing in (*_LANGUAGES, *_OTHER_LETTERS)
)


PATTERNS = {
    Wording.USER_UNKNOWN: compiled(_sentences(_LANGUAGES, _BEFORE)),
    Wording.HOST_UNKNOWN: compiled(_NO_DOMAIN),
}
# Only texts that have letters beyond ASCII can say these.
OTHER_LETTERS = {Wording.USER_UNKNOWN: compiled(_sentences(_OTHER_LETTERS, _BEFORE_OTHER_LETTERS))}
