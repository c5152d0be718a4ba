"""The receiving providers that many readers share, by the domain of their address.

Domains that people use with a provider but that are their own (Workspace, Microsoft 365) are not told apart:
that would take a look-up for each of them, and the answer changes.
"""

from collections.abc import Iterator

# Provider → what it is called, and its domains; `name.*` stands for the name in each of `_ENDINGS`.
_PROVIDERS: dict[str, tuple[str, str]] = {
    "apple": ("Apple iCloud", "icloud.com me.com mac.com"),
    "comcast": ("Comcast", "comcast.net"),
    "fastmail": ("Fastmail", "fastmail.com fastmail.fm"),
    "free": ("Free", "free.fr"),
    "gmail": ("Gmail", "gmail.com googlemail.com"),
    "gmx": ("GMX and web.de", "gmx.* web.de mail.com"),
    "laposte": ("La Poste", "laposte.net"),
    "libero": ("Libero", "libero.it iol.it inwind.it virgilio.it giallo.it blu.it"),
    "mail_ru": ("Mail.ru", "mail.ru inbox.ru list.ru bk.ru internet.ru"),
    "microsoft": ("Microsoft", "outlook.* hotmail.* live.* msn.com windowslive.com passport.com"),
    "naver": ("Naver", "naver.com"),
    "netease": ("NetEase", "163.com 126.com yeah.net"),
    "orange": ("Orange", "orange.fr wanadoo.fr"),
    "proton": ("Proton", "proton.me protonmail.com protonmail.ch pm.me"),
    "qq": ("QQ Mail", "qq.com foxmail.com"),
    "seznam": ("Seznam", "seznam.cz email.cz post.cz"),
    "sfr": ("SFR", "sfr.fr neuf.fr cegetel.net club-internet.fr"),
    "t_online": ("T-Online", "t-online.de magenta.de"),
    "uol": ("UOL", "uol.com.br bol.com.br"),
    "wp": ("Wirtualna Polska", "wp.pl o2.pl tlen.pl"),
    "yahoo": (
        "Yahoo and AOL",
        "yahoo.* ymail.com rocketmail.com myyahoo.com aol.* aim.com att.net verizon.net",
    ),
    "yandex": ("Yandex", "yandex.* ya.ru"),
}
_ENDINGS = (  # noqa: SIM905
    "com net org at be ca ch cl cn co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar com.au com.br"
    " com.cn com.co com.hk com.mx com.my com.pe com.ph com.sg com.tr com.tw com.ua com.ve com.vn cz de dk ee"
    " es eu fi fr gr hu id ie in it jp kz li lt lu lv my nl no pl pt ro rs ru sa se sg si sk to ua us by"
).split()


def _domains(pattern: str) -> Iterator[str]:
    if not pattern.endswith(".*"):
        yield pattern
        return
    for ending in _ENDINGS:
        yield pattern[:-1] + ending


PROVIDERS: dict[str, str] = {key: name for key, (name, _patterns) in _PROVIDERS.items()}
_BY_DOMAIN: dict[str, str] = {
    domain: key
    for key, (_name, patterns) in _PROVIDERS.items()
    for pattern in patterns.split()
    for domain in _domains(pattern)
}
# Yahoo in Japan is another company, with servers of its own.
_BY_DOMAIN["yahoo.co.jp"] = "yahoo_japan"
PROVIDERS["yahoo_japan"] = "Yahoo Japan"


def provider_of(address: str) -> str:
    """The provider that receives mail for `address`, a key of `PROVIDERS`; empty for every other."""
    return _BY_DOMAIN.get(address[address.rfind("@") + 1 :].lower(), "")
