"""Sentences of scripts that put no spaces between words: Chinese, Japanese, Thai; and Korean."""

import re

from newsletter.smtp.wordings.bare_text import bare_text
from newsletter.smtp.wordings.pattern import any_of
from newsletter.smtp.wordings.wording import Wording

_SENDER = any_of("发件人", "寄件者", "寄件人", "送信者", "発信者", "差出人", "보낸 ?사람", "발신자")
_OF_SENDER = rf"{_SENDER}[의の的]? ?(?:メール|邮箱|郵件)?(?:地址|アドレス|域名|ドメイン|주소|도메인)"
_WHO = any_of(
    *("アドレス", "宛先", "あて先", "受信者", "ユーザ", "アカウント"),
    *(
        "收件人",
        "收件者",
        "邮箱",
        "郵箱",
        "信箱",
        "地址",
        "用户",
        "用戶",
        "帐号",
        "账号",
        "帳號",
        "帐户",
        "账户",
    ),
    *("주소", "사용자", "수신자", "받는 ?사람", "계정"),
)
_GAP = rf"(?:(?!域名|ドメイン|도메인|服务器|サーバ|서버|主机|{_SENDER}).){{0,12}}?"
_MISSING = any_of(
    *(
        "存在しな",
        "存在しませ",
        "存在いたしませ",
        "見つから",
        "見つかりませ",
        "登録されていな",
        "登録がな",
        "不明",
    ),
    *("不存在", "未找到", "找不到", "已?注销", "已?註銷", "查无", "查無"),
    *("존재하지 않", "찾을 수 없", "등록되지 않", "등록되어 있지 않", "탈퇴"),
)
_FULL = (
    any_of("容量", "メールボックス", "受信箱", "受信ボックス", "邮箱", "信箱", "郵箱", "空间", "空間")
    + ".{0,14}?"
    + any_of("いっぱい", "一杯", "超過", "超え", "不足", "上限", "已满", "已滿", "超限", "超出", "用尽")
    + "|(?:메일함|편지함|메일 ?박스|용량).{0,14}?(?:가득|꽉|초과|부족)"
)
# The marks of Thai are no letters, so its words are as bare text has them.
_WHO_THAI = any_of(*map(bare_text, ("ที่อยู่", "ผู้ใช้", "ผู้รับ", "อีเมล")))
_MISSING_THAI = bare_text("ไม่พบ")

PATTERNS = {
    Wording.USER_UNKNOWN: re.compile(
        any_of(
            f"{_WHO}{_GAP}{_MISSING}",
            f"{_MISSING}{_GAP}{_WHO}",
            f"{_WHO_THAI}.{{0,20}}?{_MISSING_THAI}",
            f"{_MISSING_THAI}.{{0,20}}?{_WHO_THAI}",
        )
    ).search,
    Wording.MAILBOX_FULL: re.compile(_FULL).search,
    Wording.SENDER_REFUSED: re.compile(_OF_SENDER).search,
}
