"""How pages say, in ten languages, that they are not for whoever asks: patterns over text and markup."""

import re

# A line that is nothing but this, in a title or a heading; an article about “404” says more.
NOT_FOUND = re.compile(
    r"^(?:(?:http )?(?:error|fehler|erreur|errore|erro|ошибка|エラー)?:?\s*404\b\s*(?:error|fehler|"
    r"(?:page )?not found|seite nicht gefunden|page introuvable)?[\s.!:–—-]*|"
    r"404\s*[:.–—-].{0,60}|"
    r"(?:sorry|oops|whoops)?[\s,.!:–—-]*(?:(?:the|this|that|your|requested) )*"
    r"(?:page|article|content|story|url)\b.{0,50}"
    r"(?:\bnot (?:be )?found|\bno longer (?:available|exists)|n['’]t (?:exist|be found)|"
    r"\bnot (?:exist|available)|\bbeen removed)[.!]?|"
    r"(?:we )?(?:can['’]t|cannot|couldn['’]t|could not) find (?:that|this|the) page.{0,30}|"
    r"nothing (?:was )?found(?: here)?[.!]?|"
    r"(?:(?:diese |die )?(?:angeforderte |gewünschte )?(?:seite|artikel)(?: wurde| konnte|"
    r" ist)?(?: leider)? nicht "
    r"(?:gefunden|mehr verfügbar|verfügbar|vorhanden)(?: werden)?[.!]?)|"
    r"(?:(?:la |cette )?page (?:demandée )?(?:est |n['’]est )?(?:introuvable|non trouvée|"
    r"n['’]existe (?:pas|plus)|"
    r"plus disponible)[.!]?)|"
    r"(?:(?:la )?página (?:solicitada )?(?:no (?:se ha |ha sido )?encontrad[ao]|no existe|"
    r"no encontrada)[.!]?)|"
    r"(?:(?:la )?pagina (?:richiesta )?(?:non (?:è stata )?trovata|non esiste|non disponibile)[.!]?)|"
    r"(?:(?:a )?página (?:solicitada )?(?:não (?:foi )?encontrada|não existe)[.!]?)|"
    r"(?:(?:такая |эта )?страница не (?:найдена|существует)[.!]?)|"
    r"(?:(?:عذرا|عذراً)?[،,\s]*(?:ال)?صفحة (?:المطلوبة )?غير موجودة[.!]?)|"
    r"(?:لم يتم العثور على الصفحة.{0,10})|"
    r"(?:(?:ה)?(?:דף|עמוד) (?:המבוקש )?לא נמצא[.!]?)|"
    r"(?:(?:お探しの|指定された)?(?:ページ|記事)(?:が|は)?(?:見つかりません(?:でした)?|存在しません)。?)|"
    r"(?:(?:您访问的|抱歉，?)?(?:页面|頁面|网页)(?:不存在|未找到|找不到了?)。?))$",
    re.IGNORECASE,
)

REGION = re.compile(
    r"not (?:currently )?(?:available|accessible) (?:in|from|to (?:readers|users|"
    r"visitors) in) your (?:region|country|location|area)|"
    r"unavailable (?:in|from) your (?:region|country|location)|unavailable (?:due to|for) legal reasons|"
    r"unavailable in (?:most )?european countries|(?:attempting to access this website|visitors?|users?|"
    r"readers?) from (?:a country belonging to )?the "
    r"(?:european economic area|european union|eea|eu)\b|"
    r"general data protection regulation.{0,120}(?:cannot|not) (?:be )?grant|"
    r"(?:in ihrer region|in ihrem land|in deinem land).{0,30}nicht verfügbar|"
    r"(?:n['’]est pas|indisponible|non) (?:disponible |accessible )?dans votre (?:pays|région)|"
    r"no (?:está )?disponible en (?:su|tu) (?:país|región)|non (?:è )?disponibile nel (?:tuo|suo) paese|"
    r"não (?:está )?disponível (?:no seu país|na sua região|em seu país)|недоступ(?:ен|на|но|"
    r"ны) в (?:вашем регионе|вашей стране)|"
    r"غير متاح في (?:بلدك|منطقتك)|(?:אינו|לא) זמין ב(?:מדינה|אזור) שלך|お住まいの(?:国|"
    r"地域)では.{0,20}(?:利用|閲覧)|"
    r"(?:您所在的|你所在的)(?:国家|地区|區域).{0,10}(?:不可用|无法)",
    re.IGNORECASE,
)

CHALLENGE = re.compile(
    r"just a moment|checking (?:your browser|if the site connection is secure)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"are you a robot|attention required|pardon our interruption|enable javascript and cookies to continue|"
    r"unusual (?:traffic|activity)|access (?:to this page has been )?denied|"
    r"prove (?:that )?you are (?:a )?human|"
    r"ddos protection|request (?:was )?blocked|sicherheitsüberprüfung|vérification de sécurité",
    re.IGNORECASE,
)

CONSENT = re.compile(
    r"cookie|consent|personal data|privacy|einwilligung|datenschutz|tracking|consentement|vie privée|"
    r"consentimiento|"
    r"privacidad|consenso|privacidade|consentimento|файлы cookie|ملفات تعريف الارتباط|עוגיות|クッキー|同意",
    re.IGNORECASE,
)
CONSENT_CHOICE = re.compile(
    r"accept all|\baccept\b|agree and|i agree|reject all|manage (?:options|settings|preferences)|"
    r"alle akzeptieren|akzeptieren|"
    r"zustimmen|ablehnen|tout accepter|accepter|refuser|aceptar|rechazar|accett|rifiuta|aceitar|rejeitar|"
    r"принять|"
    r"согласен|قبول|أوافق|אישור|מסכים|同意する|接受",
    re.IGNORECASE,
)

PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|keep) reading|subscri(?:be|bers? only).{0,40}(?:full|"
    r"rest of (?:the|this)) (?:article|story)|"
    r"to (?:continue|keep) reading(?: this (?:article|story))?,? (?:please )?(?:subscribe|start|log in|"
    r"sign in|become)|"
    r"this (?:article|story|content|post) is (?:only )?(?:for|reserved for|available to|"
    r"exclusive to) (?:paid |paying )?subscribers|"
    r"already a subscriber\?|you have (?:reached|read) (?:your|all).{0,30}(?:free )?articles|"
    r"keep reading with a.{0,20}(?:trial|subscription)|"
    r"(?:weiterlesen mit|jetzt weiterlesen|diesen artikel weiterlesen|nur für abonnenten|"
    r"exklusiv für abonnenten|sie sind bereits abonnent)|"
    r"(?:article|contenu) réservé aux abonnés|il vous reste .{0,20}% de cet article|"
    r"abonnez-vous pour (?:lire|continuer)|"
    r"(?:contenido|artículo) (?:exclusivo )?(?:solo )?para suscriptores|suscríbe?te para (?:seguir|"
    r"continuar) leyendo|"
    r"(?:contenuto|articolo) (?:riservato|esclusivo)(?: agli| per gli)? abbonati|"
    r"abbonati per continuare a leggere|"
    r"(?:conteúdo|matéria) exclusiv[oa] para assinantes|assine para continuar|(?:материал|"
    r"статья) доступ(?:ен|на) (?:только )?(?:по подписке|подписчикам)|"
    r"هذا المحتوى (?:متاح )?للمشتركين|للمشتركين فقط|הכתבה למנויים בלבד|למנויים בלבד|"
    r"(?:この記事は|こちらは)(?:有料会員|会員)(?:限定|向け)|有料会員(?:限定|になると)|残り\d+文字|"
    r"订阅(?:后)?(?:继续|即可)阅读|仅限订阅(?:者|用户)",
    re.IGNORECASE,
)
PAYWALL_CLASS = re.compile(
    r"""(?:class|id)=["'][^"']{0,200}\b(?:paywall|pay-wall|regwall|piano-(?:offer|container)|tp-container|premium-wall|"""
    r"""subscriber-only|subscription-wall|gateway-content|meter-?(?:wall|prompt))""",
    re.IGNORECASE,
)
