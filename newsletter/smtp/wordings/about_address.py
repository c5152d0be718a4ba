"""English words about the address that was written to, as patterns over bare text (see `pattern`)."""

from newsletter.smtp.wordings.pattern import compiled
from newsletter.smtp.wordings.wording import Wording

_USER_UNKNOWN = (
    r"WHOGAP (?:is |are |was |has |have )?NOT_THERE\b",
    (
        r"NO_SUCH(?: or \w+)?(?: (?:local|remote|mail|e ?mail|virtual|destination|internal|final"
        r"|delivery|to"
        r"|smtp)){0,3}"
        r" WHO\b(?! verif| reject\w* due)"
    ),
    (
        r"(?:does ?(?:not|nt)|do ?nt|dosn ?t) have (?:an? |such )?(?:\w+ ){0,3}(?:account|mailbox|user"
        r"|address)\b"
    ),
    (
        r"no (?:mail ?box|account|user|recipient|mail drop|one|person|such)\b(?: \w+)?"
        r" (?:here|by that|with (?:this|that)|found|called|exists?|for|of that)"
    ),
    r"(?:has|have) no (?:mail ?box|account)",
    r"not a (?:known|valid|local|real) (?:user|recipient|mailbox|address|account|person)",
    r"(?:user )?not (?:known|listed in)\b",
    r"(?:recip(?:ient)?notfound|useraccountunavail|nosuchuser)",
    r"no such (?:person|id|name|e ?mail|user|recipient|address|mailbox|account)",
    r"(?:unknown|illegal) (?:or illegal )?(?:alias|address|user)",
    r"not (?:have|host) (?:this|that|the) (?:mailbox|user)",
    r"nobody by th",
    (
        r"not an? (?:active|existing|recogni[sz]ed|registered) (?:\w+ )?(?:user|recipient|mailbox|address"
        r"|account)"
    ),
    r"no one (?:here )?(?:by|with) that",
    (
        r"(?:mailbox|rcpt|recipient|receiver|address) (?:not found|(?:does|do|did) ?(?:not|nt) exists?"
        r"|dosnt"
        r" exist|not exist)"
    ),
    r"@ dosnt exist",
    r"@ (?:does ?(?:not|nt)|do not) exist",
    r"recipient address rejected (?:undeliverable|invalid|unknown)",
    r"(?:no longer|not) (?:employed|works? (?:here|for|at)|with (?:the|this|our) company)",
    r"this is not a valid (?:address|mailbox|e ?mail)",
    r"(?:mail ?box|account) (?:of )?(?:\w+ )?(?:missing|isnt there)",
    r"(?:bad|not a deliverable|unrouteable) (?:destination )?(?:mailbox )?(?:address|email)",
    r"could (?:not|nt) (?:find|locate) (?:the )?(?:user|recipient|mailbox|account)",
    r"(?:recipient verification failed|badrcptto)",
    r"mailbox unavailable or (?:access denied|not local)",
    r"misspelled or may not exist",
    r"unavailable (?:mail )?user\b",
    r"not (?:a |an )?(?:\w+ )?(?:member|subscriber|customer|employee|user) (?:here|of (?:this|our|the))\b",
    r"(?:mail ?box|account|address|user|recipient)(?: [\w@]+){0,3} (?:retired|never (?:been )?created)\b",
    (
        r"(?:not|never) (?:correspond|match|map|belong)\w* (?:to |with )?(?:any|an?|our) (?:\w+ ){0,2}"
        r"(?:mail ?box|user|account|recipient|person)"
    ),
    r"(?:person|user|recipient|employee) (?:has |have )?left (?:the|our|this) (?:organi[sz]ation|company)",
    r"(?:user|recipient|address|account|mailbox) not exists?\b",
)
# What RFC 5321 says of many things: decided by the code and the command that it answers.
_USER_UNAVAILABLE = (
    (
        r"(?:mail ?box|user|recipient|account|address)(?: [\w@]+){0,3}? (?:is |are |was )?(?:currently "
        r"|temporarily )?"
        r"(?:unavailable|not available|rejected|inaccessible|not accepting|refused)"
    ),
    r"(?:recipient|address) (?:address )?(?:rejected|refused)",
    r"(?:rejected|invalid) recipient",
    r"(?:cannot|cant|not|unable to) (?:be )?deliver\w* (?:\w+ ){0,3}WHO",
)
_HOST_UNKNOWN = (
    (
        r"(?:host|domain|mail domain|server|mx|site|machine|node)(?: name)?(?: or domain(?: name)?)?"
        r"(?: (?!said\b|user|recipient|mailbox|address)[\w@]+){0,4}?"
        r" (?:(?:is |was )?(?:unknown|not found(?! try)|unrouteable|unresolvable)|(?:could ?(?:not|nt)"
        r"|cannot|cant) be"
        r" (?:found|resolved|located)|(?:does|do|did) ?(?:not|nt) (?:seem to )?(?:exist|resolve)|doesnt"
        r" (?:exist|resolve))"
    ),
    (
        r"(?:unknown|no such|invalid|bad|non ?existent|non existent|unresolvable|unrout\w+|illegal)"
        r" (?:mail "
        r"|host )?"
        r"(?:host|domain|site|dns|hostname)\b"
    ),
    r"couldnt find any host",
    r"name or service not known",
    r"name service error for",
    r"no (?:mx|dns|valid mx|a|mx or a|mail exchanger)(?: or a| or mx)?(?: records?| hosts?| info\w*)\b",
    r"(?:has|have) no (?:valid )?mx",
    r"unable to (?:resolve|lookup|look up|find) (?:\w+ ){0,2}(?:host|dns|domain|mx|mail server)",
    r"mx records? (?:point|resolve)s? to (?:non ?existent|invalid)",
    r"all relevant mx records point to non existent",
    r"(?:nxdomain|infodomainnonexistent|dns name does not exist)\b",
    r"domain (?:has |was )?(?:expired|not registered)",
    r"host (?:or domain )?name lookup fail",
    r"no (?:mail )?(?:servers?|exchangers?|hosts?) (?:appears? to |was |were )?(?:exists?|found|for @)",
    r"no route found to domain",
    r"there are no mail (?:servers|exchangers|hosts)",
)
_NOT_ACCEPTED = (
    (
        r"(?:does ?(?:not|nt)|do ?nt|will not|never) accepts? (?:any |incoming |inbound )?(?:e ?)?(?:mail"
        r"|messages?)\b"
        r"(?! from| to| with| that| for (?:this|that) (?:user|recipient))"
    ),
    r"null ?mx\b",
    r"(?:mx|srv) (?:or srv )?record indicated no smtp service",
    r"(?:host|domain|server|site) (?:\w+ ){0,3}(?:accepts no|no longer accepts) mail",
    r"no mail (?:is )?accepted",
)
_MOVED = (
    r"(?:has|have) (?:moved|changed) (?:to|(?:\w+ )?(?:e ?mail )?address)",
    r"(?:user|address) (?:has )?(?:moved|changed)",
    r"new (?:e ?mail )?address is",
    r"user not local please try",
    r"please (?:use|forward to|send to) (?:my |the )?new address",
    r"no longer at this address",
    r"this (?:e ?mail )?address is no longer (?:in use|used|valid|monitored)",
)
_SUSPENDED = (
    (
        r"WHO(?: [\w@]+){0,6}? (?:(?:is|are|was|been|currently|temporarily) ){0,3}(?:disabled|inactive"
        r"|suspended|deactiv\w*"
        r"|inactivated|closed|locked|frozen|discontinued|cancell?ed|on hold|dormant|expired|not activated?"
        r"|not active"
        r"|out of service|blocked due to inactivity)\b"
    ),
    (
        r"(?:inactive|disabled|deactivated|suspended|expired|dormant|locked|closed|cancelled) (?:user"
        r"|account|mailbox"
        r"|recipient|e ?mail|address|customer)"
    ),
    r"account .{0,40}(?:overdue|unpaid)",
    r"(?:inactive|unused) (?:for|too long)",
    r"no longer (?:accept\w*|receiv\w*) (?:e ?)?(?:mail|messages)",
    r"mailbox disabled not accepting",
)
_MAILBOX_FULL = (
    (
        r"(?:mail ?box|mail ?folder|inbox|mail ?spool|mail ?drop|maildir|mail ?file|user|recipient|account"
        r"|storage|e ?mail)"
        r"(?: [\w@]+){0,5}? (?:(?:is|was|has|already|almost|temporarily|completely) ){0,2}(?:full|overfull"
        r"|overdrawn"
        r"|over ?quota|out of (?:storage|space|disk))\b"
    ),
    r"full (?:mail ?box|mail ?folder|inbox)",
    r"exceed\w* (?:\w+ ){0,5}(?:quota|storage|mailbox|mail box|disk)",
    (
        r"(?:insufficient|not enough|no|out of|lack of|exceeded|enough) (?:\w+ ){0,3}(?:storage|disk ?space"
        r"|disk|space)\b"
    ),
    r"(?:mail ?box )?(?:disk )?space not enough",
    r"(?:quota|\w*quotaexceeded\w*|diskquota|overquota|exdiskquota)\b",
    r"over (?:\w+ )?(?:mailbox |allowed |storage |size )?(?:size|limit|quota|storage|disk)",
    r"(?:mail ?box|inbox|maildir)(?: [\w@]+){0,4} (?:size )?(?:limit|too (?:large|big))",
    r"(?:mail ?box|inbox|account)(?: [\w@]+){0,5} reached (?:\w+ ){0,4}(?:limit|quota|size|maximum|capacity)",
    r"(?:mail ?box|mail) space (?:is )?(?:limited|full|used up)",
    r"(?:size )?limit (?:of|for) (?:\w+ )?(?:mail ?box|inbox)",
    r"blocks limit exceeded",
    r"(?:mail ?box|inbox|account)(?: [\w@]+){0,3} exceed\w* (?:\w+ ){0,3}(?:size|limit|space)\b",
    (
        r"too (?:many|much) (?:messages|mails?) (?:stored )?(?:in|on) (?:the |this |his |her |their"
        r" )?(?:mail ?box|inbox)"
    ),
    r"(?:space|storage) (?:\w+ ){0,3}(?:exhausted|exceeded|used up)",
)

PATTERNS = {
    wording: compiled(alternatives)
    for wording, alternatives in (
        (Wording.USER_UNKNOWN, _USER_UNKNOWN),
        (Wording.USER_UNAVAILABLE, _USER_UNAVAILABLE),
        (Wording.HOST_UNKNOWN, _HOST_UNKNOWN),
        (Wording.NOT_ACCEPTED, _NOT_ACCEPTED),
        (Wording.MOVED, _MOVED),
        (Wording.SUSPENDED, _SUSPENDED),
        (Wording.MAILBOX_FULL, _MAILBOX_FULL),
    )
}
