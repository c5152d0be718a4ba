"""`PUBLIC_URL`: what it may be, and that whatever it may be works in links, headers and EHLO."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import OperatorMustAct
from newsletter.core.public_url import default_sender
from newsletter.rendering.headers import MessageHeaders, build_headers
from newsletter.rendering.slots import SlotTable
from newsletter.settings import load_settings
from newsletter.smtp.address import envelope_address


@pytest.mark.parametrize(
    ("given_url", "public_url", "ehlo"),
    [
        ("https://zeitung.example", "https://zeitung.example", "zeitung.example"),
        ("HTTPS://Zeitung.Example/", "https://zeitung.example", "zeitung.example"),
        ("https://größe.example.:8443/", "https://xn--gre-6ka8i.example:8443", "xn--gre-6ka8i.example"),
        ("http://10.1.2.3:80", "http://10.1.2.3:80", "[10.1.2.3]"),
        ("http://[2001:DB8::7]:8000", "http://[2001:db8::7]:8000", "[IPv6:2001:db8::7]"),
        ("http://newsbox:8000", "http://newsbox:8000", "newsbox"),
    ],
)
def test_an_origin_in_ascii(given_url: str, public_url: str, ehlo: str) -> None:
    settings = load_settings({"PUBLIC_URL": given_url})
    assert settings.effective_public_url == public_url
    assert settings.mail_name == ehlo


@pytest.mark.parametrize(
    ("public_url", "told"),
    [
        ("ftp://zeitung.example", "http:// or https://"),
        ("zeitung.example", "http:// or https://"),
        ("https://", "not a valid name"),
        ("https://zeitung.example/letters", "no path"),
        ("https://zeitung.example/?a=b", "“?”"),
        ("https://zeitung.example?", "“?”"),
        ("https://zeitung.example/#top", "“#”"),
        ("https://ana@zeitung.example", "user name"),
        ("https://ana:secret@zeitung.example", "user name"),
        ("https://zeitung.example:99999", "host or port"),
        ("https://zeitung.example:port", "host or port"),
        ("https://[::1", "host or port"),
        ("https://zei tung.example", "spaces"),
        ("https://zeitung.example\u200b", "spaces or control"),
        ("https://-zeitung-.example", "not a valid name"),
        ("https://zei%74ung.example", "not a valid name"),
        ("https://☃.example", "not a valid name"),
    ],
)
def test_what_no_link_could_begin_with_is_refused(public_url: str, told: str) -> None:
    with pytest.raises(OperatorMustAct, match=r"PUBLIC_URL: it.*") as refused:
        load_settings({"PUBLIC_URL": public_url})
    assert told in refused.value.message
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("host", "ehlo"), [("::", "[127.0.0.1]"), ("::1", "[IPv6:::1]"), ("0.0.0.0", "[127.0.0.1]")]
)
def test_without_one_it_is_the_host_that_is_listened_on(host: str, ehlo: str) -> None:
    assert load_settings({"HOST": host}).mail_name == ehlo


def test_a_host_that_is_none_is_refused() -> None:
    with pytest.raises(OperatorMustAct, match="HOST: it must be an address of this machine"):
        load_settings({"HOST": "http://127.0.0.1"})


def test_the_domain_of_bounces_may_be_international() -> None:
    assert load_settings({"BOUNCE_DOMAIN": "Größe.example."}).bounce_domain == "xn--gre-6ka8i.example"
    with pytest.raises(OperatorMustAct, match="BOUNCE_DOMAIN: it must be a domain name"):
        load_settings({"BOUNCE_DOMAIN": "☃.example"})


HOSTS = st.one_of(
    st.from_regex(r"\A[a-zA-Z0-9äß-]{1,12}(\.[a-z0-9éς-]{1,12}){0,3}\.?\Z"),
    st.ip_addresses().map(lambda ip: f"[{ip}]" if ip.version == 6 else str(ip)),
    st.text(max_size=20),
)


@given(scheme=st.sampled_from(["http", "https", "HTTPS"]), host=HOSTS, rest=st.sampled_from(["", "/", ":81"]))
def test_whatever_is_taken_works_wherever_it_is_used(scheme: str, host: str, rest: str) -> None:
    try:
        settings = load_settings({"PUBLIC_URL": f"{scheme}://{host}{rest}"})
    except OperatorMustAct:
        return
    public_url = settings.effective_public_url
    sender = default_sender(public_url)
    facts = MessageHeaders(
        sender, help_url=f"{public_url}/subscribe/a", archive_url=f"{public_url}/archive/a/"
    )
    build_headers(facts, "Hello", SlotTable())
    assert envelope_address(sender, smtputf8=False)
    assert re.fullmatch(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-zA-Z:.]+\]", settings.mail_name)


def test_a_spamd_is_named_by_its_address() -> None:
    url = "spamd://127.0.0.1:783"
    assert load_settings({"SPAMASSASSIN_URL": f" {url} "}).spamassassin_url == url
    for wrong in ("127.0.0.1:783", "http://127.0.0.1:783", "spamd://", "spamd://x:99999", "spamd://a@b/c"):
        with pytest.raises(OperatorMustAct, match="SPAMASSASSIN_URL: it must be the address of a spamd"):
            load_settings({"SPAMASSASSIN_URL": wrong})
