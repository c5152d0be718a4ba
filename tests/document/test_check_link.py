"""One link is checked as those of a document are."""

import pytest

from newsletter.core.errors import Refused
from newsletter.document.check_link import check_link


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "Enter where"),
        ("javascript:alert(1)", "must begin with"),
        ("mailto:a@b.example", "must begin with"),
        ("//evil.example", "must begin with"),
        ("https://user:pass@bank.example/", "user name"),
        ("https://a.example/{{ first_name }}", "the same for everyone"),
        ("https://a.example/\ud800", "not a valid link"),
        ("https://a.example/\0", "cannot contain"),
        (f"https://a.example/{'x' * 2_000}", "2,000 characters"),
    ],
)
def test_what_no_document_may_link_to_is_refused(url: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        check_link(url, "new_url")
    assert set(refused.value.fields) == {"new_url"}


def test_it_is_percent_encoded() -> None:
    assert check_link(" https://blätter.example/über ", "url") == "https://xn--bltter-cua.example/%C3%BCber"
