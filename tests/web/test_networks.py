"""By which networks visitors are counted."""

import pytest

from newsletter.web.networks import SITE_FACTOR, Network, networks_of


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("::ffff:192.0.2.7", ["192.0.2.7"]),
        ("2001:db8:1:2:3:4:5:6", ["2001:db8:1:2::/64", "2001:db8:1::/48"]),
        ("2001:db8:1:2:ffff::1", ["2001:db8:1:2::/64", "2001:db8:1::/48"]),
        ("2001:db8:1:3::1", ["2001:db8:1:3::/64", "2001:db8:1::/48"]),
        ("fe80::1%eth0", ["fe80::/64", "fe80::/48"]),
        ("", ["unknown"]),
        ("a socket", ["a socket"]),
    ],
)
def test_the_networks_of_an_address(address: str, keys: list[str]) -> None:
    assert [network.key for network in networks_of(address)] == keys


def test_a_site_may_do_more_than_a_household() -> None:
    household, site = networks_of("2001:db8::1")
    assert (household.factor, site) == (1, Network("2001:db8::/48", SITE_FACTOR))
