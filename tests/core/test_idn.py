"""International domain names."""

import pytest

from newsletter.core.idn import to_ascii_domain


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("EXAMPLE.org", "EXAMPLE.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER。example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # IDNA 2003 made it strasse.example
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("παράδειγμα.δοκιμή", "xn--hxajbheg2az3al.xn--jxalpdlp"),
    ],
)
def test_labels_beyond_ascii_become_a_labels(domain: str, name: str) -> None:
    assert to_ascii_domain(domain) == name


@pytest.mark.parametrize(
    "domain", ["\u2603.example", "é..example", "-é.example", "é" * 60 + ".example", "\ud800.example"]
)
def test_a_name_that_idna_does_not_allow_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match=r"not allowed|Empty|hyphen|too long"):
        to_ascii_domain(domain)
