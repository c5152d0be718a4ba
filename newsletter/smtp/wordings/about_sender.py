"""English words about the sender, the message or the moment, as patterns over bare text (see `pattern`)."""

from newsletter.smtp.wordings.pattern import compiled
from newsletter.smtp.wordings.wording import Wording

_TOO_LARGE = (
    (
        r"(?:message|mail|e ?mail|content|attachment|body|file)s?(?: [\w@]+){0,5}? (?:too (?:large|big)"
        r"|exceed\w*"
        r" (?:\w+ ){0,6}(?:size|length)|larger than|bigger than|size (?:exceed|limit|too|is (?:over|too)"
        r"|\d+"
        r" exceed)"
        r"|over ?sized?)"
    ),
    r"size (?:of (?:the |this |your )?(?:message|mail)|limit for)",
    r"(?:maximum|max|fixed|allowed) (?:\w+ ){0,2}(?:message|mail|file|attachment) size",
    r"exceed\w* (?:\w+ ){0,4}(?:message size|size limit|maximum size|max size)",
    r"data size exceed",
    r"too much mail data",
)
_TOO_MANY_RECIPIENTS = (r"too many (?:recipients|rcpts?)",)
_GREYLISTED = (r"gr[ae]y ?list", r"postgrey", r"gr[ae]ylst")
_RATE_LIMITED = (
    (
        r"too many (?:\w+ ){0,3}(?:connections?|messages?|e ?mails?|mails?|sessions?|errors|requests"
        r"|concurrent)\b"
        r"(?! (?:in|on) (?:the |this )?(?:mail|inbox))"
    ),
    r"rate ?(?:limit|controll|is limited|exceed)",
    r"throttl",
    r"exceed\w* (?:\w+ ){0,4}(?:rate|connections|connection limit|messages per|mails per|sending limit)",
    r"(?:unusual|excessive|high) (?:\w+ ){0,2}(?:rate|volume|traffic)",
    r"receiving (?:mail|e ?mail) (?:at a rate|too quickly)",
    r"receiv\w* (?:\w+ ){0,3}too (?:quickly|fast)",
    r"connection (?:rate|limit)",
    r"(?:hourly|daily) (?:\w+ ){0,3}(?:limit|quota)",
    r"(?:traffic (?:limit|shap)|message rate|too (?:fast|frequent))",
    r"(?:connection|message|mail|sending|request) frequency",
    r"frequency (?:is )?(?:limited|exceeded|too high)",
)
_AUTH_FAILURE = (
    r"(?:spf|dkim|dmarc|domainkeys?|sender ?id)\b",
    r"sender policy framework",
    r"unauthenticated (?:e ?)?mail",
    r"(?:un)?authenticat\w+ (?:check|required|fail|information|result|is required|needed|mail)",
    r"(?:smtp auth|need to authenticate|must (?:authenticate|be authenticated|issue a starttls))",
    r"(?:ptr|rdns|fcrdns)\b",
    r"(?:reverse|inverse) (?:dns|lookup|hostname|mapping|name|record|entry)",
    r"cannot find your (?:reverse )?hostname",
    r"(?:invalid|bad|unknown|rejected|forged|require\w*) helo",
    r"helo (?:command )?(?:rejected|invalid|name|error)",
    r"could not be authenticated",
    r"(?:forged|spoof)",
)
_REPUTATION = (
    r"(?:\w+ )?reputation\b",
    r"(?:black|block|deny|ban|reject|white) ?list",
    r"block(?:ed|ing)? (?:using|by|list|at|from|address|on the)\b",
    (
        r"(?:rbl|rbls|dnsbl|spamhaus|spamcop|sorbs|senderbase|senderscore|barracuda\w*|abuseat|proofpoint"
        r"|cloudmark)\b"
    ),
    (
        r"(?<!not )listed (?:at|by|on|in)\b(?! (?:the |our |public |domino |notes |this )*(?:name|domino"
        r"|public|directory"
        r"|address|notes|database))"
    ),
    (
        r"(?:ip|ip address|host|client|connection|network|mail server|address range)(?: \w+){0,5}"
        r" (?:blocked"
        r"|banned"
        r"|blacklisted|blocklisted|refused due|not welcome|is on)\b"
    ),
    r"dynamic(?:ally)? (?:assigned )?(?:ip|address|range|pool|host)",
    r"(?:banned|blocked) (?:ip|host|client|network|for|sending)\b",
    r"(?:complaints?|open (?:relay|proxy)|residential)\b",
    r"unsolicited (?:e ?)?mail originating",
    r"has been blocked\b",
    r"too many (?:invalid|unknown|bad|non ?existent|wrong) (?:recipients?|users?|addresses|mailboxes)",
    r"suspicious (?:ip|activity|host)",
    (
        r"your (?:e ?mail )?(?:ip|server|host|domain|network)(?: \w+){0,4} (?:not allowed|denied|rejected"
        r"|refused|blocked"
        r"|unacceptable)"
    ),
)
_CONTENT = (
    r"(?:anti)?spam\w{0,9}\b",
    (
        r"(?:junk|virus|viruses|malware|malicious|phish\w*|infected|worm|trojan|unsolicited|uce|ube|bulk"
        r" e ?mail|bulk mail|surbl"
        r"|uribl)\b"
    ),
    r"content (?:\w+ ){0,3}(?:reject|block|filter|not|denied|violat|unaccept|refus|prohibit|scan)",
    (
        r"(?:banned|prohibited|forbidden|illegal|dangerous|blocked|disallowed|executable) (?:\w+"
        r" ){0,2}(?:content|attachment"
        r"|file|extension|url|link|header|word|subject)"
    ),
    (
        r"(?:message|mail|e ?mail)(?: \w+){0,4} (?:looks like|considered|classified|identified|detected as"
        r"|flagged|filtered"
        r"|was detected)"
    ),
    r"(?:bad|malformed|missing|duplicate) (?:header|mime|message id|date|subject|from)\b",
    r"header (?:\w+ ){0,2}(?:error|violation|invalid|missing)",
    r"(?:not|violates) rfc",
    r"rfc ?(?:2822|5322|822)\b",
    r"attachments? (?:\w+ ){0,3}(?:not|block|reject|remov|denied)",
    r"(?:quarantin|suspicious\b|bare lf|bare line feed)",
    r"dt spm\b",  # NetEase's code for what looks like spam
)
_RELAY_DENIED = (
    (
        r"rela(?:y|ying)(?: \w+){0,3} (?:denied|not (?:permitted|allowed|authorized|supported)|prohibited"
        r"|refused"
        r"|rejected|forbidden|disabled)"
    ),
    (
        r"(?:unable|not (?:permitted|allowed|authori[sz]ed)|unauthori[sz]ed|cannot|cant|dont|do not|wont"
        r"|refus\w+|will not"
        r"|not|attempt\w*|denied|no) (?:to |for )?(?:us to )?rela(?:y|ying)\b"
    ),
    r"(?:in my )?(?:list of allowed )?rcpthosts",
    r"not (?:a |an )?(?:gateway|open relay)\b",
    r"domain (?:\w+ ){0,2}(?:isnt|is not) (?:\w+ ){0,3}(?:allowed|hosted|local)",
)
_SENDER_REFUSED = (
    (
        r"senders? (?:e ?mail )?(?:address )?(?:\w+ )?(?:rejected|denied|not|unauthori[sz]ed|invalid"
        r"|refused"
        r"|blocked|unknown"
        r"|verif\w+|verify|is not|domain)\b"
    ),
    r"not owned by user",
    r"send as\b",
    r"sendasdenied",
    r"from address",
    (
        r"(?:invalid|unknown|bad|unverified|unresolvable) (?:sender|from|return path|reverse path|mail from"
        r"|envelope)\b"
    ),
    r"call ?(?:out|back) verif\w*\b(?! recipient| user)",
    r"(?:callback (?:failed|of sender)|verification failed for(?! the recipient))",
    r"not accept\w* (?:mail|messages?|e ?mail) from",
    r"mail from (?:\w+ )?(?:command|rejected|not|domain|refused|must)",
    r"(?:reverse path|domain of sender|senderfilter|unverified domain)",
)
_POLICY = (
    r"polic(?:y|ies)\b",
    r"(?:prohibit|forbidden|restrict|unacceptable|unwanted|banned|permission|security\b|moderat)",
    r"administrat\w+ (?:prohibit|reject|denied|refus|block|lock)",
    r"(?:not |un)(?:authori[sz]ed|permitted|allowed)\b",
    r"access (?:is |was )?(?:denied|restricted|not)",
    r"refused by (?:\w+ ){0,2}(?:filter|rule|recipient|policy)",
    r"rejected (?:by|due to|for|because|as)\b(?! (?:\w+ ){0,2}(?:unknown|invalid))",
    r"(?:denied|blocked|not welcome)\b",
    r"only accepts? (?:mail|messages?)",
    r"(?:mail|message|service) (?:was |has been )?(?:refused|rejected|refuse)\b",
    r"not accepting (?:mail|messages) (?:from|with)",
    r"(?:recipient preferences|refused due to|members? only|requires? confirmation)",
    r"rule imposed",
    r"(?:tls|encryption|starttls) (?:is )?(?:required|needed)",
)
_NETWORK = (
    (
        r"(?:connection|connect|session|conversation|dialogue|network|socket|operation|lookup)(?: \w+){0,5}"
        r" (?:refused"
        r"|reset|timed ?out|time ?out|dropped|closed|lost|failed|unreachable|broken|abort\w*|terminated"
        r"|failure)"
    ),
    r"timed? ?out\b",
    r"network error\b",
    r"(?:could ?(?:not|nt)|cannot|unable to|failed to) (?:open|make|get) (?:a |the )?(?:\w+ )?connection",
    r"no route to",
    r"lost connection",
    (
        r"(?:network|host|server|mta|destination|system|mx|computer) (?:\w+ ){0,3}(?:unreachable|not"
        r" (?:respond\w*|reachable"
        r"|available)|down|unavailable|did not respond|busy|overloaded|offline)\b"
    ),
    r"unable to (?:connect|reach|contact|route)",
    r"(?:could|can) ?(?:not|nt) (?:connect|establish|reach|be reached|contact)",
    r"(?:couldnt|wasnt able to|cannot) (?:connect|establish|reach)",
    (
        r"(?:too many hops|loops? back|routing loop|hop ?count|loop detected|message looping|mail (?:\w+"
        r" )?loop)"
    ),
    r"local (?:error|configuration|problem)",
    r"dns (?:error|fail|server|lookup|problem|timeout)",
    (
        r"(?:name (?:server|service|resolution)(?: \w+){0,3} (?:fail|error|try again|timed)|host not found"
        r" try again)"
    ),
    r"(?:system|internal|server|software|config\w*) (?:\w+ )?(?:error|fail\w*|problem|not accepting)",
    r"service (?:is )?(?:\w+ )?(?:unavailable|not available|closing)",
    r"tls (?:\w+ ){0,3}(?:fail|error|handshake|negotiat)",
    r"(?:i o|read|disk) error",
    r"all hosts have been failing",
    r"resources? (?:temporarily|unavail|insuff)",
    r"lowest numbered mx record points",
    r"points? to (?:local ?host|me|itself)",
    r"(?:misconfigur|could not find a gateway)",
)
_EXPIRED = (
    r"retry time(?:out)? (?:not reached|exceeded)",
    r"(?:delivery|message|queue) (?:time )?(?:has )?expired",
    r"queue ?(?:expired|(?:life)?time)",
    (
        r"(?:undelivered|not delivered|unable to deliver|could not be delivered|been (?:in|on) the queue"
        r"|attempt\w+|queue)"
        r" (?:\w+ ){0,4}(?:for|within|after|in) (?:\w+ ){0,3}(?:days?|hours?|minutes)"
    ),
    r"not going to try again",
    r"failed \d+ attempts",
    r"in the queue too long",
    r"max\w* (?:retr\w+|queue|delivery attempts|time)",
    r"retr(?:ied (?:\w+ ){0,3}(?:times|and)|y limit)",
)
_TEMPORARY = (
    r"(?:not found |please )try (?:it )?again",
    r"try (?:it )?again (?:later|in)\b",
    r"(?:temporar\w+|later|retry|deferred|transient)\b",
    r"(?:will be retried|at this time)",
)

PATTERNS = {
    wording: compiled(alternatives)
    for wording, alternatives in (
        (Wording.TOO_LARGE, _TOO_LARGE),
        (Wording.TOO_MANY_RECIPIENTS, _TOO_MANY_RECIPIENTS),
        (Wording.GREYLISTED, _GREYLISTED),
        (Wording.RATE_LIMITED, _RATE_LIMITED),
        (Wording.AUTH_FAILURE, _AUTH_FAILURE),
        (Wording.REPUTATION, _REPUTATION),
        (Wording.CONTENT, _CONTENT),
        (Wording.RELAY_DENIED, _RELAY_DENIED),
        (Wording.SENDER_REFUSED, _SENDER_REFUSED),
        (Wording.POLICY, _POLICY),
        (Wording.NETWORK, _NETWORK),
        (Wording.EXPIRED, _EXPIRED),
        (Wording.TEMPORARY, _TEMPORARY),
    )
}
