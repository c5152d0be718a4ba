"""The recording sink: a real SMTP server on loopback that records what it accepts before it accepts it.

Dress rehearsals send into it, and tests judge by it: a record is the proof that a message was taken. Faults
are programmed by a `Script` of rules.
"""

from newsletter.smtp.sink.faults import Act, At, Rule, Script
from newsletter.smtp.sink.options import Options
from newsletter.smtp.sink.records import Counts, Record, read_records
from newsletter.smtp.sink.server import Sink

__all__ = ["Act", "At", "Counts", "Options", "Record", "Rule", "Script", "Sink", "read_records"]
