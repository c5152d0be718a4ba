"""Words about the sender, the message or the moment in other languages than English, as phrases."""

from newsletter.smtp.wordings.wording import Wording

PHRASES: dict[Wording, tuple[str, ...]] = {
    Wording.TOO_LARGE: (
        *("Nachricht ist zu groß", "Nachricht zu groß", "E-Mail ist zu groß", "message trop volumineux"),
        *(
            "message est trop volumineux",
            "message trop gros",
            "taille du message",
            "mensaje demasiado grande",
        ),
        *("mensaje es demasiado grande", "messaggio troppo grande", "messaggio è troppo grande"),
        *("mensagem muito grande", "mensagem é muito grande", "bericht is te groot", "bericht te groot"),
        *("wiadomość jest zbyt duża", "wiadomość za duża", "mesaj çok büyük", "сообщение слишком большое"),
        *("размер письма превышает", "слишком большой размер", "メッセージサイズ", "サイズが大きすぎ"),
        *("邮件太大", "邮件大小超过", "信件太大", "메일 크기", "메시지가 너무 큽니다", "サイズを超え"),
    ),
    Wording.CONTENT: (
        *(
            "als Spam",
            "Spamverdacht",
            "Spam-Verdacht",
            "Virus gefunden",
            "enthält einen Virus",
            "contient un virus",
        ),
        *("considéré comme spam", "considéré comme du spam", "como spam", "come spam", "jako spam"),
        *("als spam gemarkeerd", "spam olarak", "похоже на спам", "как спам", "признано спамом", "спама"),
        *("スパム", "迷惑メール", "ウイルス", "ウィルス", "垃圾邮件", "病毒", "垃圾郵件", "스팸", "바이러스"),
        *("contenu refusé", "contenido rechazado", "contenuto rifiutato", "conteúdo rejeitado"),
    ),
    Wording.REPUTATION: (
        *("auf einer schwarzen Liste", "Absenderserver ist gesperrt", "IP-Adresse gesperrt", "liste noire"),
        *("lista negra", "lista nera", "zwarte lijst", "czarna lista", "черном списке", "черный список"),
        *("ブラックリスト", "黑名单", "黑名單", "블랙리스트", "kara liste", "IP 被"),
    ),
    Wording.POLICY: (
        *("nicht berechtigt", "nicht autorisiert", "nicht erlaubt", "aus Richtliniengründen", "Richtlinie"),
        *(
            "non autorisé",
            "politique de",
            "no autorizado",
            "no está autorizado",
            "política de",
            "políticas de",
        ),
        *("non autorizzato", "não autorizado", "niet toegestaan", "niet gemachtigd", "nie jest uprawniony"),
        *("brak uprawnień", "yetkiniz yok", "не разрешено", "запрещен", "политик", "許可されていません"),
        *(
            "拒否しました",
            "受信拒否",
            "指定受信",
            "ドメイン指定",
            "拒收",
            "被拒绝",
            "策略",
            "권한이 없",
            "수신 거부",
            "수신거부",
        ),
    ),
    Wording.RATE_LIMITED: (
        *("zu viele Verbindungen", "zu viele Nachrichten", "trop de connexions", "trop de messages"),
        *("demasiadas conexiones", "demasiados mensajes", "troppe connessioni", "troppi messaggi"),
        *("muitas conexões", "muitas mensagens", "te veel verbindingen", "zbyt wiele połączeń"),
        *("слишком много", "çok fazla bağlantı", "接続数が多すぎ", "发送频率", "频率过高", "连接数过多"),
    ),
    Wording.NETWORK: (
        *("Verbindung fehlgeschlagen", "Zeitüberschreitung", "nicht erreichbar", "Server antwortet nicht"),
        *("connexion refusée", "délai dépassé", "serveur injoignable", "ne répond pas", "no responde"),
        *("conexión rechazada", "tiempo de espera", "connessione rifiutata", "non raggiungibile"),
        *("não responde", "conexão recusada", "tempo esgotado", "verbinding geweigerd", "niet bereikbaar"),
        *("nie odpowiada", "превышено время", "сервер недоступен", "не отвечает", "bağlantı zaman aşımı"),
        *(
            "接続できません",
            "タイムアウト",
            "応答がありません",
            "连接超时",
            "无法连接",
            "连接失败",
            "연결할 수 없",
        ),
    ),
    Wording.TEMPORARY: (
        *(
            "später erneut",
            "vorübergehend",
            "temporär",
            "réessayer plus tard",
            "temporaire",
            "temporairement",
        ),
        *("más tarde", "temporalmente", "più tardi", "temporaneamente", "mais tarde", "temporariamente"),
        *("probeer het later", "tijdelijk", "tymczasowo", "spróbuj później", "geçici", "позже", "временно"),
        *("しばらくして", "一時的", "稍后", "暂时", "나중에 다시", "일시적"),
    ),
}
