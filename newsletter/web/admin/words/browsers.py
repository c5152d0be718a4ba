"""Browsers in words, from what they say of themselves."""

from flask_babel import gettext as _

# What people call the systems that ua-parser names otherwise.
SYSTEMS = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS"}
PHONES_AND_TABLETS = {"iPhone", "iPad"}


def browser_name(user_agent: str) -> str:
    """“Firefox on Windows”, as far as the User-Agent (RFC 9110 §10.1.5) says it."""
    # Its patterns are many: only a page that shows browsers waits for them.
    from ua_parser import parse

    said = parse(user_agent)
    browser = _plain(said.user_agent.family) if said.user_agent else ""
    system = said.os.family if said.os else ""
    device = said.device.family if said.device else ""
    system = device if device in PHONES_AND_TABLETS else SYSTEMS.get(system, system)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Another browser"))


def _plain(family: str) -> str:
    """“Safari” for “Mobile Safari”, “Chrome” for “Chrome Mobile iOS”: the system is told beside it."""
    return family.removeprefix("Mobile ").removesuffix(" iOS").removesuffix(" Mobile")
