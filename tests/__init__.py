"""The tests."""

import gc

# Objects made before garbage is looked for, and how often it is looked for among older ones. Imports and
# pages make tens of thousands: looking as often as Python does takes a twelfth of the time of such tests.
gc.set_threshold(20_000, 10, 50)
