"""`newsletter dns check`, with a name server on this machine."""

import dns.rcode

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.servers.name_server import answers, name_server

RECORDS = {
    ("news.press.org", "TXT"): ['"v=spf1 ip4:192.0.2.1 -all"'],
    ("news.press.org", "MX"): ["10 m.press.org."],
    ("m.press.org", "A"): ["192.0.2.1"],
    ("press.org", "SOA"): ["ns.press.org. root.press.org. 1 3600 600 86400 300"],
    ("_dmarc.press.org", "TXT"): ['"v=DMARC1; p=none; rua=mailto:d@press.org"'],
}


@both_databases
def test_a_key_is_missed_until_the_dns_has_it(run: Run) -> None:
    key = run("dkim", "add", "news.press.org", "--selector", "n1", "--ed25519", "--json").json
    run("dkim", "activate", "1", "--without-checking")
    with name_server(answers(RECORDS)) as port:
        ran = run("dns", "check", "News.Press.org", "--server", f"127.0.0.1:{port}", "--json")
        told = run("dns", "check", "news.press.org", "--server", f"127.0.0.1:{port}").out
    assert (ran.code, ran.json["zone"]) == (1, "press.org")
    [finding] = [finding for finding in ran.json["findings"] if finding["state"] == "problem"]
    assert (finding["kind"], finding["wanted"]) == ("dkim", key["record"])
    assert finding["name_in_zone"] == "n1._domainkey.news"
    assert key["record"] in told
    records = RECORDS | {(key["name"], "TXT"): [f'"{key["record"]}"']}
    with name_server(answers(records)) as port:
        ran = run("dns", "check", "news.press.org", "--server", f"127.0.0.1:{port}", "--json")
    states = {finding["kind"]: finding["state"] for finding in ran.json["findings"]}
    assert (ran.code, states["dkim"], states["alignment"], states["mx"]) == (0, "good", "good", "good")


def test_no_answer_is_told_as_such(run: Run) -> None:
    with name_server(lambda answer: answer.set_rcode(dns.rcode.SERVFAIL)) as port:
        ran = run("dns", "check", "press.org", "--server", f"127.0.0.1:{port}")
    assert ran.code == 1
    assert "The DNS does not answer for press.org" in ran.out


def test_mistakes_are_told(run: Run) -> None:
    for wrong in ("no domain", "localhost", "192.0.2.1", "@press.org", "x" * 70 + ".org"):
        assert run("dns", "check", wrong).code == 2, wrong
    assert "name server" in run("dns", "check", "press.org", "--server", "ns.press.org").err
