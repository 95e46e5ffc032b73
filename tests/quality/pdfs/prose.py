"""What the sample PDFs say: paragraphs, each a list of sentences."""

from itertools import islice
from pathlib import Path

_ARTICLES = Path(__file__).parents[1] / "articles"

Paragraphs = list[list[str]]


def paragraphs(count: int, skip: int = 0) -> Paragraphs:
    """Give paragraphs of three sentences or so, made of the articles of the dialogues."""
    lines = [
        line
        for name in ("barrier", "astronomer", "talks")
        for line in (_ARTICLES / f"{name}.txt").read_text("utf-8").split("\n")[2:]
        if len(line) > 60 and '"' not in line
    ]
    each = [lines[place : place + 3] for place in range(0, len(lines), 3)]
    return list(islice((each * 4), skip, skip + count))


JAPANESE: Paragraphs = [
    ["市議会は月曜日、古い橋を春まで閉鎖することを決めた。",
     "市長は修理に十一億円かかると述べた。"],
    ["渡し船の会社は市に補助金を求めた。", "社長によれば、夜十時以降は船が動かなくなる。",
     "四十人の船員のうち十二人が職を失う見込みである。"],
]  # fmt: skip
CHINESE: Paragraphs = [
    ["市议会周一决定将旧桥关闭到春天。", "市长说修理要花一千一百万克朗，需要三年时间。"],
    ["渡轮公司要求市政府每年补贴二百万克朗。", "公司有四十名水手，其中十二人可能失业。"],
]
KOREAN: Paragraphs = [
    [
        "시의회는 월요일에 낡은 다리를 봄까지 폐쇄하기로 했다.",
        "시장은 수리에 삼 년이 걸린다고 말했다.",
    ],
    ["여객선 회사는 시에 보조금을 요청했다.", "선원 마흔 명 가운데 열두 명이 일자리를 잃게 된다."],
]
HEBREW: Paragraphs = [
    ["מועצת העיר החליטה ביום שני לסגור את הגשר הישן עד האביב.",
     "ראש העיר אמר כי התיקון יעלה אחד עשר מיליון כתרים."],
    ["חברת המעבורות ביקשה מהעירייה סובסידיה של שני מיליון כתרים בשנה."],
]  # fmt: skip
ARABIC: Paragraphs = [
    ["قرر مجلس المدينة يوم الاثنين إغلاق الجسر القديم حتى الربيع.",
     "وقال رئيس البلدية إن الإصلاح سيكلف أحد عشر مليون كرونة."],
    ["طلبت شركة العبارات من المدينة إعانة قدرها مليونا كرونة في السنة."],
]  # fmt: skip
ARABIC_SHAPED: Paragraphs = [
    ["ﻗﺮﺭ ﻣﺠﻠﺲ ﺍﻟﻤﺪﻳﻨﺔ ﻳﻮﻡ ﺍﻻﺛﻨﻴﻦ ﺇﻏﻼﻕ ﺍﻟﺠﺴﺮ ﺍﻟﻘﺪﻳﻢ ﺣﺘﻰ ﺍﻟﺮﺑﻴﻊ.",
     "ﻭﻗﺎﻝ ﺭﺋﻴﺲ ﺍﻟﺒﻠﺪﻳﺔ ﺇﻥ ﺍﻹﺻﻼﺡ ﺳﻴﻜﻠﻒ ﺃﺣﺪ ﻋﺸﺮ ﻣﻠﻴﻮﻥ ﻛﺮﻭﻧﺔ."],
    ["ﻃﻠﺒﺖ ﺷﺮﻛﺔ ﺍﻟﻌﺒﺎﺭﺍﺕ ﻣﻦ ﺍﻟﻤﺪﻳﻨﺔ ﺇﻋﺎﻧﺔ ﻗﺪﺭﻫﺎ ﻣﻠﻴﻮﻧﺎ ﻛﺮﻭﻧﺔ ﻓﻲ ﺍﻟﺴﻨﺔ."],
]  # fmt: skip
"""The same in the forms in which letters stand beside each other."""
LIGATURES: Paragraphs = [
    ["The oﬃcials of Lund were ﬁned forty crowns for the ﬂood on Monday.",
     "The ﬁrst oﬃce aﬀected was that of the ﬁsheries, whose staﬀ ﬂed to the hills."],
    ["A suﬃcient number of ﬂoats was ﬁnally found in the ﬁelds behind the ﬂour mill.",
     "It was diﬃcult to deﬁne who had the right to aﬃx the seal of the oﬃce."],
]  # fmt: skip
