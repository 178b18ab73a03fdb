"""
Films and shows of a made-up world, as many as are asked for: the words of each language are drawn as real
ones are, a few very often and most seldom, so that names share words and some are the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple

#: By language: the region that goes with it, and the syllables its words are made of.
_LANGUAGES = {
    "en": (
        "US",
        "ar be con der ing ter ment tion ly er al en ca lo ma ri sto ver wa fo gra shi ness ful del mor",
    ),
    "de": (
        "DE",
        "ver schlag ung heit kei ge ben tür mär für stra ße nacht zei lich ter stein berg hof mäd chen",
    ),
    "fr": ("FR", "é toi le mon de cœur a mour vé ri té la fin d'é ça vie père nuit bel lou che rou ge eau"),
    "es": ("ES", "se ñor no che co ra zón mu er te vi da ni ño ca mi no lu na sol á gui la gue rra"),
    "pl": ("PL", "ża rów ki mi łość dzie ci ńs two świa tło szczę ście mor der stwo gó ra zi ma"),
    "tr": ("TR", "gü neş ay ışı ğı ka ran lık aş kı mı ze hir öl üm çı kış yıl dız de niz"),
    "ru": ("RU", "лю бовь ночь го род дво рец сне г зи ма ле то вой на мир брат ство ка мень река"),
    "el": ("GR", "α γά πη θά λασ σα νύ χτα φως πό λε μος ου ρα νός χρό νος ζω ή"),
    "ar": ("EG", "ال حب ليل قم ر شم س مد ينة بح ر قل ب حر ب سل ام نج وم"),
    "he": ("IL", "אה בה לי לה עי ר של ום מל חמה כו כב ים שמ ש"),
    "hi": ("IN", "प् यार रा त श हर दिल चाँ द सू रज यु द्ध नदी घर रा जा"),
    "th": ("TH", "รัก คืน เมือง ดวง ใจ ฟ้า ทะเล สงคราม ดาว บ้าน ราชา แม่ น้ำ"),
    "ko": ("KR", "사 랑 밤 도 시 마 음 하 늘 바 다 전 쟁 별 집 왕 강 눈 비"),
    "ja": ("JP", "愛 夜 街 心 空 海 戦 星 家 王 川 雪 の と は 物語 少女 巨人 カ メ ラ ド マ"),
    "zh": ("CN", "爱 夜 城 心 天 海 战 星 家 王 河 雪 之 大 小 人 龙 风 云 山"),
}
#: Written without spaces between words.
_UNSPACED = frozenset({"th", "ja", "zh"})
_TRANSLATIONS = tuple(language for language in _LANGUAGES if language != "en")
_SMALL_WORDS = ("The", "of", "and", "A", "in", "the", "to", "&", "from", "with")
_VOCABULARY = 20_000


class Aka(NamedTuple):
    """Another name of a title."""

    name: str
    region: str
    language: str


class Made(NamedTuple):
    """A made-up title. *kind* is movie or show, *popularity* a number of votes."""

    title: str
    year: int
    kind: str
    akas: list[Aka]
    popularity: int


def titles(count: int, *, akas: float = 10.0, seed: int = 1) -> Iterator[Made]:
    """*count* titles, a fifth of them shows, with *akas* other names on average; the same every time."""
    rng = random.Random(seed)
    for _ in range(count):
        popularity = int(rng.paretovariate(0.55)) % 3_000_000
        how_many = min(int(rng.expovariate(1 / akas) + rng.random()), 400) if akas else 0
        yield Made(
            title=_english(rng),
            year=2025 - min(int(rng.expovariate(1 / 22)), 120),
            kind="show" if rng.random() < 0.2 else "movie",
            akas=[_translation(rng) for _ in range(how_many)],
            popularity=popularity,
        )


def _english(rng: random.Random) -> str:
    words = _words(rng, "en", rng.choices((1, 2, 3, 4, 5), (18, 38, 26, 12, 6))[0])
    if len(words) > 1 and rng.random() < 0.45:
        words.insert(rng.choice((0, 1)), rng.choice(_SMALL_WORDS))
    chance = rng.random()
    if chance < 0.05:
        words.append(rng.choice(("2", "3", "II", "III", "IV")))
    elif chance < 0.12:
        words[-1] += ":"
        words += _words(rng, "en", 2)
    return " ".join(words)


def _translation(rng: random.Random) -> Aka:
    if rng.random() < 0.2:
        return Aka(_english(rng), rng.choice(("US", "GB", "AU", "XWW")), "en")
    language = rng.choice(_TRANSLATIONS)
    words = _words(rng, language, rng.choices((1, 2, 3, 4), (20, 40, 28, 12))[0])
    return Aka(("" if language in _UNSPACED else " ").join(words), _LANGUAGES[language][0], language)


def _words(rng: random.Random, language: str, count: int) -> list[str]:
    vocabulary, weights = _vocabulary(language)
    return rng.choices(vocabulary, cum_weights=weights, k=count)


@cache
def _vocabulary(language: str) -> tuple[list[str], list[float]]:
    """The words of *language*, and how often each is used (Zipf's law), added up."""
    rng = random.Random(language)
    syllables = _LANGUAGES[language][1].split(" ")
    lengths = (1, 2, 3) if language in _UNSPACED | {"ko"} else (2, 3, 4)
    words = {
        "".join(rng.choices(syllables, k=rng.choice(lengths))).capitalize(): None for _ in range(_VOCABULARY)
    }
    weights = accumulate(1 / (rank + 20) for rank in range(len(words)))
    return list(words), list(weights)
