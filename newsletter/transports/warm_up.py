"""How many messages a new address may send on each of its first days.

Receivers distrust an address that they have not seen, and look at how its volume grows. Published schedules
start with some hundreds and reach millions within a month, which is a factor of about 1.5 a day (for one, 200
on the first day and 10,000,000 on the 29th: https://kb.adcrux.io/kbp/user-manuals/ip-warm-up-strategy/).
Most of them remember thirty days (https://sendgrid.com/en-us/blog/how-to-warm-up-an-ip-address-how-much-and-when):
after those there is nothing left to warm up.
"""

from datetime import date

GROWTH = 1.5
DAYS = 30


def warm_up(first_day: date, on_first_day: int, day: date) -> int | None:
    """How many may be sent on `day`; None when the address is warm. A day before the first counts as it."""
    number = max(0, (day - first_day).days)
    return None if number >= DAYS else int(on_first_day * GROWTH**number)
