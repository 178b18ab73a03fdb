"""How right and how fast matching is: the labelled queries over the real catalogue."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import labelled
from benchmarks.asking import Told, ask
from benchmarks.fit_matching import gather
from benchmarks.labelled import Labelled
from scrobbled.match.decide import Decision, decide
from scrobbled.match.index import NameIndex

#: What is expected of each class, right and accepted of all (the bars of the issue).
BARS: Final = {
    **dict.fromkeys(("exact", "case-punct", "diacritics", "ampersand", "reboot-ambiguity"), 0.99),
    **dict.fromkeys(("streaming-title", "release-name", "article", "year-suffix", "short-title"), 0.95),
    **dict.fromkeys(("typo", "country-suffix"), 0.92),
    "roman-numeral": 0.90,
    "anime": 0.85,
    "aka": 0.70,
    "subtitle-dropped": 0.45,
}

#: By class, the best of the baselines that come with the queries: the right one first, with hints, accepted or not
#: (full-text search by trigrams, then WRatio; for typos plain `ratio`). Figures as cited there, not measured here.
BASELINE: Final = {
    **dict.fromkeys(("exact", "case-punct", "diacritics", "ampersand", "reboot-ambiguity"), "1.00"),
    "year-suffix": "1.00", "short-title": "1.00", "streaming-title": ".99", "release-name": ".91",
    "country-suffix": ".96", "article": "1.00", "typo": ".96", "roman-numeral": ".83", "anime": ".89",
    "aka": ".82", "subtitle-dropped": ".70",
}  # fmt: skip

#: Whole set: matcher, precision, recall, false matches, queries a second on one core. Cited as well.
_WHOLE: Final = (
    ("baseline: exact normalised hash", ".994", ".698", "1.3 %", "130,000"),
    ("baseline: `ratio` over everything", ".936", ".830", "16 %", "37"),
    ("baseline: `WRatio` over everything", ".936", ".832", "10.5 %", "4.4"),
    ("baseline: FTS5 trigrams, then `WRatio`", ".910", ".910", "27 %", "5.3"),
    ("baseline: pg_trgm GIN", ".893", ".842", "33 %", "58 (2 clients)"),
    ("baseline: numpy sketch", ".957", ".820", "4.9 %", "480"),
)


class _Counts:
    """What became of the queries of one class."""

    def __init__(self) -> None:
        self.asked = self.positive = self.accepted = self.right = self.false = self.among_five = 0
        self.candidates = self.first = 0

    def add(self, query: Labelled, decision: Decision, ids: Sequence[str], *, reachable: bool) -> None:
        right = query.right
        told = [ids[each.title_id] in right for each in decision.candidates]
        accepted = decision.title_id is not None
        self.asked += 1
        self.positive += bool(right)
        self.accepted += accepted
        self.right += accepted and told[0]
        self.false += accepted and not right
        self.first += told[:1] == [True]
        self.among_five += any(told)
        self.candidates += reachable


def measure(place: Path, *, part: int = 1) -> list[str]:
    """Rows of tables: right by class, beside the baselines; then speed and memory. Only one query in *part* is asked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        header, seconds = labelled.build(place, path)
        queries, ids = labelled.queries(place)[::part], labelled.labels(place)
        with path.open("rb") as file:
            index = NameIndex(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        counts = _counted(index, queries, ids)
        told = ask(path, [query.asked for query in queries])
        size = path.stat().st_size / 2**20
    built = f"{header.titles:,} titles, {header.names:,} entries: {size:.0f} MiB, built in {seconds:.1f} s"
    return [*_quality(counts), "", *_whole(counts["all"], told), "", built, "", *_speed(told)]


def _counted(index: NameIndex, queries: list[Labelled], ids: list[str]) -> dict[str, _Counts]:
    counts: dict[str, _Counts] = defaultdict(_Counts)
    examples = gather(index, queries, ids).examples
    for query, example in zip(queries, examples, strict=True):
        decision = decide(query.asked, [index])
        for group in (query.group, "all"):
            counts[group].add(query, decision, ids, reachable=bool(example.right.any()))
    return counts


def _quality(counts: dict[str, _Counts]) -> list[str]:
    rows = [
        "| class | queries | precision | right and accepted | bar | false matches | right one first | best baseline, first |"
        " among five | ceiling: among all looked at |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for group in [*sorted(counts.keys() - {"all"}), "all"]:
        each = counts[group]
        bar = f"{BARS[group]:.2f}" if group in BARS else "0.90" if group == "all" else ""
        rows.append(
            f"| {group} | {each.asked} | {_part(each.right, each.accepted)} | {_part(each.right, each.positive)} | {bar} |"
            f" {_part(each.false, each.asked - each.positive)} | {_part(each.first, each.positive)} |"
            f" {BASELINE.get(group, '')} | {_part(each.among_five, each.positive)} | {_part(each.candidates, each.positive)} |"
        )
    return rows


def _whole(each: _Counts, told: Told) -> list[str]:
    return [
        "| all classes, with hints | precision | recall | false matches | queries/s, one core |",
        "| --- | --- | --- | --- | --- |",
        f"| **this** | {_part(each.right, each.accepted)} | {_part(each.right, each.positive)} |"
        f" {_part(each.false, each.asked - each.positive)} | {told.rate:,.0f} |",
        *(f"| {' | '.join(cells)} |" for cells in _WHOLE),
    ]


def _speed(told: Told) -> list[str]:
    return [
        f"Median of 3 rounds, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores:",
        "",
        "| what | figure | bar |",
        "| --- | --- | --- |",
        f"| uncached, one core | {told.rate:,.0f}/s | ≥ 2,000/s |",
        f"| p50 / p99 | {told.p50:.2f} / {told.p99:.2f} ms | p99 ≤ 3 ms |",
        f"| cached | {told.cached:,.0f}/s | ≥ 200,000/s |",
        f"| private memory of a further process after 1,000 queries | {told.private:.0f} MiB | ≤ 100 |",
        f"| of the shared file in its memory | {told.shared:.0f} MiB | reported |",
        f"| from its start to its first answer, the file being there | {told.ready:.2f} s | ≤ 1 s |",
    ]


def _part(some: int, of: int) -> str:
    return f"{some / of:.3f}" if of else ""
