"""Signs of what a message is: a notice of a server, an automatic answer, or a person's.

Each is a sign and no proof: what a notice says is still decided by its words, and without words by nobody.
"""

import re

from newsletter.feedback.parsers.report import Report
from newsletter.smtp.wordings.bare_text import bare_text

_DAEMON = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|post-?master|mdaemon|mail-?delivery|mailadmin|mail-?er|bounces?"
    r"|daemon|sysadmin|mmdf|uucp"
    r"|mail-?server|mail-?system|smtp|mail-?gateway|interscan|symantec|exchange|microsoftexchange\w*"
    r"|mail|ses-bounce|undeliver\w*"
    r"|no-?reply-?bounces?|mailerdaemon|returned-?mail|delivery|nondelivery|smtpd?32|cclink|gateway"
    r"|mtaadmin|systemmail|email-?bounces?)(?:[-+._=].*)?$",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[- _]?(?:delivery|daemon|administrator)|delivery (?:sub)?system|postmaster|system"
    r" administrator|mail system|returned mail"
    r"|delivery (?:service|status|notification)|internet mail|mail server|message router|microsoft"
    r" (?:exchange|outlook)$|mail delivery",
    re.IGNORECASE,
)
# In bare text. A subject that begins with an answer's sign is not looked at.
_FAILURE_SUBJECT = re.compile(
    r"\b(?:undeliver\w*|undelivered|not delivered|non ?deliver\w*|nondeliver\w*|delivery (?:status|has"
    r" failed|failure|failed|notification|problem|error|report|incomplete|unsuccessful|impossible)"
    r"|deliver\w* fail\w*"
    r"|fail\w* (?:notice|deliver\w*|mail|message|to deliver|email)|failure (?:notice|notification"
    r"|delivering)|returned (?:e ?)?mail|returned message|mail (?:delivery|system) (?:fail\w*|error"
    r"|status|problem|report)|message (?:not|could not be|undeliver\w*|delivery|status|returned|error"
    r"|bounced)"
    r"|bounce\w*|mail could not be delivered|could not (?:be delivered|deliver|send)|unable to deliver"
    r"|returned to sender|return to sender|permanent error|nondeliverable|mail error|delivery error"
    r"|problem delivering|unzustellbar\w*|nicht zugestellt|zustell\w*fehl\w*|nicht zustellbar"
    r"|unzustellbarkeit|fehler bei der|mail konnte nicht|non remis|non remise|non distribue|non delivre"
    r"|echec de (?:la )?(?:remise|livraison|distribution|delivrance|transmission)|message non|avis de"
    r" non|no (?:se pudo|se ha podido) (?:entregar|enviar)|no entregad\w*|no se entrego|mensaje no"
    r" entregado|error de entrega|fallo en la entrega|devuelto"
    r"|mancat\w* (?:consegna|recapito|notifica)|impossibile recapitare|non recapitabile|messaggio non"
    r"|errore (?:di|nella) consegna|nao (?:foi )?entregue|nao foi possivel entregar|falha na entrega|nao"
    r" entregavel|mensagem nao|devolvida|onbestelbaar|niet (?:af)?(?:geleverd|bezorgd)|kan niet worden"
    r" (?:bezorgd|afgeleverd)|niedostarczalne|niedostarczon\w*|nie (?:zostala )?dostarczon\w*|blad"
    r" dostarcz\w*|zwrot"
    r"|teslim edilemedi|iletilemedi|teslim edilemeyen|ulastirilamadi|недостав\w*|не доставлен\w*"
    r"|невозможно доставить|не удалось доставить|ошибка доставки|возврат|отчет о доставке|kan ikke"
    r" leveres|ikke leveret|kunde inte levereras|ej levererat|nedorucitelne|nelze dorucit"
    r"|kezbesithetetlen)\b"
    r"|配信不能|配信できません|送信できません|届きませんでした|エラーメール|不達"
    r"|配送失敗|配送不能|配信エラー|配信に失敗|配信失敗|戻ってきました|返送"
    r"|お届けできません|退信|系统退信"
    r"|投递失败|无法投递|发送失败|退回|未送达|傳遞失敗|無法傳遞|반송|배달되지"
    r"|전송 실패|배달 실패|배달할 수 없|발송 실패|전달되지|전달할 수 없|보낼 수 없"
)
_DELAY = re.compile(
    r"\b(?:delayed|delivery (?:status notification )?(?:delay\w*|warning)|postponed"
    r"|warning (?:could not send|message|mail|not"
    r" delivered)|could not send message for past|still being retried|temporary (?:delivery|failure"
    r"|problem)|(?:message|mail) delay|verzoger\w*|verzogert|retard\w*|retrasad\w*|ritard\w*|atras\w*"
    r"|vertraagd|vertraging|opozni\w*|gecik\w*|задерж\w*|отложен\w*|delay)\b|遅延|遅れ|延迟|延遲|지연"
)
_DELAY_TEXT = re.compile(
    r"\b(?:this is a warning message only|you do not need to (?:resend|do anything)|no action is"
    r" required|will (?:be retried|retry|continue to (?:try|be|attempt)|keep trying|try again|be"
    r" (?:re)?attempted)|delivery attempts will continue|still (?:being retried|trying|in the queue)|has"
    r" not yet been delivered|delivery will continue to be attempted|not"
    r" yet been delivered|this is not a (?:bounce|failure)|delivery to the following recipients? has"
    r" been delayed|has been delayed"
    r"|weitere zustellversuche|wird weiterhin versucht|noch nicht zugestellt|zustellung verzogert|sera"
    r" retente|nouvelles? tentatives?|se seguira intentando|verra ritentat\w|continuara tentando|wordt"
    r" opnieuw geprobeerd|ponowi\w*|tekrar denenecek|будут продолж\w*|повторн\w* попыт\w*)\b|再送|再度配信"
    r"|引き続き|将继续尝试|系统会继续|재시도"
)
_ANSWER_SUBJECT = re.compile(
    r"\b(?:out of (?:the )?office|automatic (?:reply|response|answer)|auto ?(?:matic)? ?(?:reply"
    r"|response|responder|antwort|generated reply)|autoreply|autoresponse|autoresponder|away from (?:my"
    r"|the) (?:office|mail|email|desk)|on (?:vacation|holiday|leave|maternity leave|annual leave)"
    r"|vacation (?:reply|message|notice)|holiday (?:reply|notice)|i am (?:away|out|currently out|on)|im"
    r" (?:away|out)|ooo|oof"
    r"|abwesen\w*|abwesenheitsnotiz|automatische antwort|nicht im (?:buro|haus|office)"
    r"|eingangsbestatigung|urlaub|reponse automatique|absen(?:ce|t|te) (?:du bureau|de|jusqu)|absence|en"
    r" conges?|message d ?absence|respuesta automatica|fuera de (?:la )?oficina|ausencia|de vacaciones"
    r"|risposta automatica|fuori (?:sede|ufficio)|assen(?:te|za)|in ferie|resposta automatica|fora d[oe]"
    r" escritorio|ausente|em ferias|aviso de ferias|automatisch antwoord|afwezig\w*|niet aanwezig"
    r"|automatische beantwoording|odpowiedz automatyczna|automatyczna odpowiedz|nieobecn\w*|poza biurem"
    r"|otomatik (?:yanit|cevap)|ofis disinda|автоответ\w*|автоматическ\w* (?:ответ|уведомление)|нет на"
    r" рабочем|в отпуск\w*|autosvar|automatiskt svar|automatisk svar|franvar\w*|fravaer\w*|poissa\w*"
    r"|automaattinen|automaticka odpoved|automatiska atbilde|atvalinajum\w*|automaatvastus"
    r"|automatinis atsakymas|mimo kancelar|automatikus valasz|raspuns automat"
    r"|αυτοματη)\b"
    r"|自動返信|自動応答|不在|休暇|自动回复|自动答复|自動回覆|外出|休假"
    r"|자동 ?(?:회신|응답|답장)|부재 ?중|thank you for (?:your (?:e ?mail"
    r"|message)|contacting)|we (?:have )?received your|ticket (?:created|received)|case (?:number"
    r"|created)|your request has been"
)
_CHALLENGE = re.compile(
    r"\b(?:(?:confirm|prove|verify)(?: that)? you (?:are|re) (?:a )?(?:human|not a (?:robot|spammer"
    r"|machine|spam))|challenge response|boxbe|spam ?arrest|click (?:here|the link|on the link|below"
    r"|this link)(?: \w+){0,6} (?:deliver|release|verify|approve|to be delivered|complete)|sender"
    r" (?:verification|authentication|address verification|confirmation)|requires? (?:that you"
    r" )?(?:confirm|verif)\w*|waiting list|to (?:have|get) your (?:message|mail|email) delivered"
    r"|awaiting (?:your )?(?:confirmation|verification)|verify your e ?mail|has not been delivered yet"
    r" because|antispam uol|one time (?:confirmation|verification)|confirmation required|verification"
    r" required|please (?:confirm|authenticate|verify) (?:your|that you|this))\b"
)
_ANSWER = re.compile(
    r"^(?:re|aw|sv|antw|antwort|odp|ynt|vs|res|rif|回复|答复|回覆|отв|ha|fw|fwd"
    r"|wg|tr)\s*(?:\[\d+\])?\s*[::]",
    re.IGNORECASE,
)
_AUTO_HEADERS = (
    *(
        "X-Autoreply",
        "X-Autorespond",
        "X-AutoReply-From",
        "X-Mail-Autoreply",
        "X-Auto-Response",
        "X-Autoresponder",
    ),
    *(
        "X-Vacation",
        "X-MS-Exchange-Inbox-Rules-Loop",
        "Auto-Reply",
        "X-Autogenerated-Reply",
        "X-FC-Machinegenerated",
    ),
)


def is_notice(report: Report) -> bool:
    """Whether a server seems to have written the message, rather than somebody's program or a person."""
    if report.is_report or report.header("X-Failed-Recipients") or report.header("X-Mailer-Daemon"):
        return True
    if _ANSWER.match(report.subject):
        return False
    return is_from_daemon(report) or says_failure(report) or not report.headers.keys()


def is_from_daemon(report: Report) -> bool:
    """Whether it comes from a mailer daemon, by its address or its name."""
    sender = report.header("From") or report.header("Sender")
    addresses = report.addresses("From", "Sender")
    if sender.strip() == "<>":
        return True
    local = addresses[0].rpartition("@")[0].strip('"') if addresses else sender.strip(" <>")
    return bool(_DAEMON.match(local)) or bool(_DAEMON_NAME.search(sender.partition("<")[0]))


def says_failure(report: Report) -> bool:
    """Whether the subject says that something was not delivered."""
    return bool(_FAILURE_SUBJECT.search(report.bare_subject))


def says_delay(report: Report) -> bool:
    """Whether it says that a server still tries."""
    if _DELAY.search(report.bare_subject):
        return True
    return bool(_DELAY_TEXT.search(bare_text(report.notice[:2_000])))


def is_automatic_answer(report: Report) -> bool:
    """Whether a program of the reader answered (RFC 3834), such as on holiday."""
    submitted = report.header("Auto-Submitted").lower()
    precedence = f"{report.header('Precedence')} {report.header('X-Precedence')}".lower()
    return (
        submitted.startswith(("auto-replied", "auto-generated", "auto-notified"))
        or "auto_reply" in precedence
        or "auto-reply" in precedence
        or report.header("X-Autogenerated").lower().startswith("reply")
        or any(report.header(name) for name in _AUTO_HEADERS)
        or says_answer(report)
    )


def says_answer(report: Report) -> bool:
    """Whether the subject is one of automatic answers, in many languages."""
    return bool(_ANSWER_SUBJECT.search(report.bare_subject))


def is_challenge(report: Report) -> bool:
    """Whether a program asks the sender to prove that a person sent the message."""
    return bool(_CHALLENGE.search(bare_text(f"{report.subject}\n{report.notice[:3_000]}")))


def is_bulk(report: Report) -> bool:
    """Whether it was sent to many."""
    precedence = report.header("Precedence").lower()
    return precedence in {"bulk", "list", "junk"} or bool(
        report.header("List-Id") or report.header("List-Unsubscribe")
    )
