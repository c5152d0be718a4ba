"""How pages write who is to be credited for a picture: labels, agencies, and the forms at a caption's end."""

import re

from newsletter.pages.bylines import AGENCIES

LABEL = (
    r"(?:photo|image|picture|file photo)s?\s+credits?\s*[:：]|(?:photo|image)s?\s+courtesy(?:\s+of)?\s*:?|"
    r"courtesy(?:\s+of|:)|(?:photograph|photo|image|picture|illustration|graphic)s?\s+by\s*:?|"
    r"(?:photographer|photograph|photography|photo|pic|pix|image|picture|illustration|credits?|copyright|"
    r"source)s?\s*[:：]|credits?(?:\.\.\.|…)|fot\.|"
    r"(?:©|\(c\)|ⓒ|copyright\s+©?)|"
    r"(?:symbol|archiv)?(?:foto|bild|grafik)(?:quelle|nachweis|credit)?s?\s*[:：]|foto\s+(?:von|di|de|"
    r"por)\s|"
    r"(?:fotoğraf|fotografie|fot|zdjęcie|beeld|kuva|kuvat|fotó|φωτογραφία|світлина|fotògraf|"
    r"fotograf)\.?\s*[:：]|"
    r"(?:사진|자료사진)\s*[=:：]|"
    r"image source,|(?:quelle|bildrechte)\s*[:：]|"
    r"(?:crédits?|photographie|photographe|illustration|photo|image)(?:\s+(?:photo|image)s?)?\s*[:：]|"
    r"(?:fotografía|fotografia|imagen|imagem|immagine|créditos?|crediti|credito|fuente|fonte|arquivo)"
    r"(?:\s+(?:de|di|por|foto)\b)?\s*[:：]|fotograf[ií]a\s+(?:de|di)\s|"
    r"(?:фото|фотография|иллюстрация|автор фото|источник фото)\s*[:：©]+|"
    r"(?:الصورة|صورة|تصوير|المصدر|مصدر الصورة)\s*[:：]|(?:צילום|קרדיט|תמונה)\s*[:：]|"
    r"(?:写真|撮影|提供|画像|クレジット|写真提供)\s*[:：=＝／・]|"
    r"(?:图片来源|图源|摄影|图片|供图|圖片來源|攝影|摄)\s*[:：／/]"
)
LABELLED = re.compile(
    rf"(?:^|(?<=[.!?…”\"»«,;|/()\[（【。、\s–—-]))\s*[(\[（【]?\s*(?P<label>{LABEL})\s*(?P<name>.+)$",
    re.IGNORECASE,
)
LEADING_LABEL = re.compile(rf"^[\s(\[（【|/–—-]*(?:{LABEL})\s*", re.IGNORECASE)
BRACKETED = re.compile(r"[(\[（【]([^()\[\]（）【】]{2,100})[)\]）】][.。]?$")
# Whom pictures are credited to beside the agencies that write: archives, stock libraries, picture desks.
_PICTURE_HOUSES = (
    "AA", "ABACA", "Adobe Stock", "Alamy", "Alamy Stock Photo", "Anadolu", "Anadolu Agency", "ANI",
    "Archive Photos", "Bettmann", "Corbis", "Creative Commons", "CTK", "ČTK", "Depositphotos",
    "Dreamstime", "Estadão Conteúdo", "Flickr", "Folhapress", "Fotolia", "Hans Lucas", "IMAGO", "Imago",
    "imago images", "iStock", "iStockphoto", "Keystone", "LaPresse", "Lehtikuva", "Library of Congress",
    "Magnum", "Magnum Photos", "MAXPPP", "MTI", "NASA", "NurPhoto", "Pexels", "picture alliance",
    "Pixabay", "PTI", "Scanpix", "Shutterstock", "SIPA", "SOPA Images", "ullstein bild", "Unsplash",
    "Wikimedia", "Wikimedia Commons", "Wikipedia", "ZUMA", "الأناضول", "الجزيرة", "الفرنسية",
    "أسوشيتد برس", "غيتي", "غيتي إيميجز", "연합뉴스", "뉴시스", "뉴스1", "게티이미지", "ロイター",
    "AFP時事", "AFP=時事", "共同通信", "時事通信", "ゲッティ", "视觉中国", "中新社", "新華社", "中央社",
)  # fmt: skip
_HOUSES = (*AGENCIES, *_PICTURE_HOUSES)
_AGENCY = "|".join(re.escape(house) for house in sorted(_HOUSES, key=len, reverse=True))
AGENCY_IN = re.compile(rf"(?<!\w)(?:{_AGENCY})(?!\w)")
# “A ferry. | Jane Doe”, “A ferry - Jane Doe/Gazette”, “A ferry - PORT OFFICE - Archive” of agencies that set
# names in capitals.
SEPARATED = re.compile(
    r"\s[|｜]\s*([^|｜]{3,80})$|"
    r"\s[-–—]\s([^\W\d_][\w.’'-]*(?:\s[\w.’'-]+){0,4}\s?/\s?[^\Wa-zà-ÿ\d_][\w.’' -]{1,40})$|"
    r"\s[-–—]\s([^\Wa-zà-ÿ\d_][^a-zà-ÿ\d]{4,80}?)(?:\s[-–—]\s(?:Archivo|Archiv|Archive|File|Archivio))?$"
)
# How a caption ends that says without a label who took the picture. The first group is the credit.
ENDINGS = (
    # “A ferry. Jane Doe/Reuters, CC BY-SA”, “A ferry. REUTERS/Jane Doe”
    re.compile(
        rf"(?<=[.!?…”\"»。])\s+((?:[^\W\d_][\w.’'-]*\s){{0,4}}[\w.’'-]*\s?(?:/|via)\s?(?:{_AGENCY})"
        r"(?:,?\s\(?CC[ -](?:BY|0)[\w .-]{0,20}\)?)?|"
        rf"(?:{_AGENCY}|[A-Z]{{2,12}})\s?/\s?[^\W\d_][\w.’'-]*"
        r"(?:\s[^\W\d_][\w.’'-]*){0,4}(?:/File Photo)?)[.]?$"
    ),
    # “A ferry by Jane Doe is licensed under CC BY 2.0”, “A ferry by Jane Doe, CC BY 2.0”
    re.compile(
        r"\s(?:by|von|par|por)\s([^\W\d_][^,.;()]{2,60}?),?\s\(?(?:(?:is\s)?licensed\sunder\s.{2,80}|"
        r"CC[ -](?:BY|0).{0,20})$"
    ),
    # 「…、安藤花子撮影」 and 「…、ＡＰ」
    re.compile(r"(?<=[、。＝，])\s*([^、。＝，]{2,20}?)(?:氏)?\s?(?:撮影|提供|摄)[。]?$"),
    re.compile(rf"[、＝=]\s*([Ａ-Ｚ]{{2,4}}|{_AGENCY})$"),
    re.compile(rf"(?<=[。.\s])({_AGENCY})\s?[图圖]$"),
    # “… /연합뉴스” and “… 김철수 기자 desk@paper.example”
    re.compile(r"(?<=[.\s])/\s?([가-힣]{2,8}\d?(?:\s기자)?)$"),
    re.compile(r"(?:^|(?<=[.\s]))([가-힣]{2,4}\s(?:선임|사진)?기자)(?:\s\S+@\S+)?$"),
)
# “A ferry. Foto Jane Doe.”
FOTO_NAME = re.compile(
    r"(?<=[.!?…])\s+(?:Foto|Photo|FOTO|PHOTO)s?\s((?:[^\W\d_][\w’'-]*[\s/]+){1,4}[^\W\d_][\w’'-]*)\.?$"
)
NAME_WITH_HOUSE = re.compile(rf"[^\W\d_][\w.’'-]*(?:\s[^\W\d_][\w.’'-]*){{1,3}}\s\((?:{_AGENCY})\)")
ONLY_LABEL = re.compile(rf"(?:{LABEL})", re.IGNORECASE)
RIGHTS = re.compile(
    r"\s*[.\-–—|]?\s*(?:all rights reserved|riproduzione riservata|tous droits réservés|"
    r"alle rechte vorbehalten|"
    r"todos los derechos reservados|todos os direitos reservados)\.?$",
    re.IGNORECASE,
)
WIDE_LETTERS = {code: code - 0xFEE0 for code in range(ord("Ａ"), ord("Ｚ") + 1)}
NAME_AND_OUTLET = re.compile(r"[^\W\d_][\w .’'-]+\s?/\s?[^\W\d_][\w .’'-]+")
KNOWN_HOUSES = frozenset(house.casefold() for house in _HOUSES)
NO_NAME = re.compile(
    r"\d|\b(?:gallery|photos?|images?|video|caption|more|share|close|enlarge|next|read|view|open)\b",
    re.IGNORECASE,
)
DASH = re.compile(r"\s[-–—|]\s([^-–—|]{2,80})$")
FOTO = re.compile(r"(?:Beeld|Bild|Foto|Fotos|Photo|Photos|FOTO|PHOTO)\s+(?=[^\W\d_])")
ANY_LABEL = re.compile(
    r"^\w[\w\u0300-\u036f\u0900-\u0dff]{1,14}\s?[:：]\s+"
)  # “फोटो: ” in an element that is a credit
CAPTION_LABEL = re.compile(r"^(?:image caption,|bildunterschrift:|légende\s*:|caption:)\s*", re.IGNORECASE)
YEAR = re.compile(r"^(?:19|20)\d\d(?:[-–](?:19|20)?\d\d)?[,\s]+|[,\s]+(?:19|20)\d\d$")
