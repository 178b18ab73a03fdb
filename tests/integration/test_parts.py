"""Anime seasons with numbers of their own: from the sites' files to a play at the right episode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from scrobbled.catalog import anime
from scrobbled.catalog.jsonl import import_jsonl
from scrobbled.catalog.loading import Listener, Summary, load_records
from scrobbled.catalog.reading import Reading as SourceReading
from scrobbled.catalog.records import NumberingRule, PartRecord, Record
from scrobbled.match.corrections import lessons
from scrobbled.model.event import Action, PlaybackEvent, Receipt, Resolution
from scrobbled.model.media import Kind, Media, TitleKind
from scrobbled.rules.policy import Policy
from scrobbled.store import catalog, corrections
from scrobbled.store import parts as kept
from scrobbled.store.catalog import NewTitle
from scrobbled.wire import webhook
from scrobbled.worker import batch
from scrobbled.worker.matching import Matched, Matcher
from scrobbled.worker.reading import Reading
from tests.integration.conftest import catalogue_names
from tests.words import made_up, made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Titan:
    """A show of three seasons as the two sources list it, under words and ids of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.word = made_up()
        self.tvdb = made_up_number()
        self.anidb = [made_up_number() for _ in range(4)]
        self.mal = [made_up_number() for _ in range(4)]
        self.names = [
            self.word, f"{self.word} Season 2", f"{self.word}: Zurückspulen", f"{self.word}: Lost Girls"
        ]  # fmt: skip
        self.numbering = [
            ('defaulttvdbseason="1"', '<mapping anidbseason="0" tvdbseason="0">;1-2;2-0;3-4+5;</mapping>'),
            ('defaulttvdbseason="2" episodeoffset=""', ""),
            ('defaulttvdbseason="3" episodeoffset="12"', ""),
            ('defaulttvdbseason="0" episodeoffset="6"', ""),
        ]

    def records(self) -> list[Record]:
        """What both sources' files make."""
        entries = [
            {
                "sources": [f"https://anidb.net/anime/{anidb}", f"https://myanimelist.net/anime/{mal}"],
                "title": name, "type": "OVA" if name.endswith("Girls") else "TV", "episodes": 12,
                "animeSeason": {"season": "FALL", "year": 2013}, "synonyms": [f"{self.word} everywhere"],
            }
            for anidb, mal, name in zip(self.anidb, self.mal, self.names, strict=True)
        ]  # fmt: skip
        lists = "".join(
            f'<anime anidbid="{anidb}" tvdbid="{self.tvdb}" {attributes}><name>{name}</name>'
            f"<mapping-list>{rules}</mapping-list></anime>"
            for anidb, name, (attributes, rules) in zip(self.anidb, self.names, self.numbering, strict=True)
        )
        database, xml = self.folder / "offline.json", self.folder / "anime-list.xml"
        database.write_text(json.dumps({"license": {}, "data": entries}))
        xml.write_text(f"<anime-list>{lists}</anime-list>")
        reading = SourceReading()
        made = list(anime.records(str(database), str(xml), reading))
        assert (reading.bad, len(made)) == (0, 1)
        return made


@pytest.fixture
def titan(tmp_path: Path) -> Titan:
    """A show nobody else has."""
    return Titan(tmp_path)


async def load(pool: Pool, source: str, *records: Record) -> Summary:
    """Import *records* of *source*."""
    async with pool.acquire() as connection:
        return await load_records(connection, source, records, listener=Listener())


def event(user_id: int, media: Media, **more: Any) -> PlaybackEvent:
    """Somebody watched *media*."""
    return PlaybackEvent(
        id=uuid4(), user_id=user_id, source="test", action=Action.WATCHED,
        occurred_at=NOW, received_at=NOW, media=media, **more,
    )  # fmt: skip


async def match(pool: Pool, *, provisional: bool = True, **more: Any) -> Matched:
    """What an episode is about."""
    media = Media(kind=Kind.EPISODE, **more)
    return (await Matcher(catalogue_names()).match(pool, [event(1, media, provisional=provisional)]))[0]


def places(matched: Matched) -> list[tuple[str | None, int | None, int | None]]:
    """The show's TVDB id, the season and the number of each item."""
    return [(item.title.ids.get("tvdb"), item.season, item.episode) for item in matched.items]


async def rows(pool: Pool, show: int) -> list[Any]:
    """Everything kept of a show's parts."""
    return [
        tuple(row)
        for row in await pool.fetch(
            "select parts.*, parts.xmin, titles.xmin as title,"
            " array(select source || ' ' || value from external_ids"
            "   where kind = 'part' and entity_id = parts.id order by 1) as ids,"
            " array(select name from title_names where part_id = parts.id order by 1) as names"
            " from parts join titles on titles.id = show_id"
            " join external_ids on external_ids.kind = 'show' and entity_id = show_id"
            " where external_ids.source = 'tvdb' and value = $1 order by parts.id",
            str(show),
        )
    ]


@pytest.mark.parametrize(
    ("part", "season", "episode", "expected"),
    [
        (0, 1, 3, [(1, 3)]),
        (1, 1, 3, [(2, 3)]),
        (1, None, 3, [(2, 3)]),
        (2, 1, 3, [(3, 15)]),
        (3, 1, 1, [(0, 7)]),
        (0, 0, 1, [(0, 2)]),
        (0, 0, 3, [(0, 4), (0, 5)]),
        (1, 2, 3, [(2, 3)]),
    ],
)
async def test_an_id_of_a_part_places_its_episodes(  # noqa: PLR0917  # a table
    pool: Pool, titan: Titan, part: int, season: int | None, episode: int, expected: list[tuple[int, int]]
) -> None:
    """The third of the second season's title is S02E03 of the show; other seasons are the show's."""
    await load(pool, "anime", *titan.records())

    for ids in ({"anidb": str(titan.anidb[part])}, {"mal": str(titan.mal[part])}):
        matched = await match(pool, show_ids=ids, season=season, episode=episode)

        assert [(str(titan.tvdb), *each) for each in expected] == places(matched)
        assert matched.how == "id"


async def test_several_episodes_of_a_part_in_one_file(pool: Pool, titan: Titan) -> None:
    """A range is moved as a whole; an absolute number is one of the part, too."""
    await load(pool, "anime", *titan.records())
    ids = {"anidb": str(titan.anidb[2])}

    several = await match(pool, show_ids=ids, season=1, episode=3, episode_end=4)
    counted = await match(pool, show_ids=ids, absolute=5)

    assert [each[1:] for each in places(several)] == [(3, 15), (3, 16)]
    assert [each[1:] for each in places(counted)] == [(3, 17)]


async def test_what_the_show_does_not_have_is_unknown(pool: Pool, titan: Titan) -> None:
    """A special that is nowhere in the show waits for a person, and makes no episode."""
    await load(pool, "anime", *titan.records())

    matched = await match(pool, show_ids={"anidb": str(titan.anidb[0])}, season=0, episode=2)

    made = await pool.fetchval(
        "select count(*) from episodes join external_ids on entity_id = show_id"
        " where kind = 'show' and source = 'tvdb' and value = $1",
        str(titan.tvdb),
    )
    assert (matched.items, matched.reason, made) == ((), "unknown_episode", 0)


async def test_a_person_knows_where_it_is(pool: Pool, titan: Titan) -> None:
    """What was taught for an episode that is nowhere in the show holds for the next event."""
    await load(pool, "anime", *titan.records())
    show = await match(pool, show_ids={"anidb": str(titan.anidb[0])}, season=1, episode=1)
    user = await pool.fetchval("insert into users (name, slug) values ($1, $1) returning id", uuid4().hex)
    ids = {"anidb": str(titan.anidb[0])}
    media = Media(kind=Kind.EPISODE, show=titan.word, season=0, episode=2, show_ids=ids)
    resolution = Resolution(kind=Kind.EPISODE, title_id=show.items[0].title.id, season=0, episode=9)
    await corrections.teach(pool, user, resolution.title_id, lessons(media, resolution), 3)

    events = [
        event(user, media, provisional=True),
        event(user, media, provisional=True, resolution=resolution),
    ]
    matched = await Matcher(catalogue_names()).match(pool, events)

    assert [places(each) for each in matched] == [[(str(titan.tvdb), 0, 9)]] * 2
    assert [each.how for each in matched] == ["correction", "resolved"]


async def test_a_resolved_event_of_another_show_keeps_its_numbers(pool: Pool, titan: Titan) -> None:
    """Who says that it is another show does not mean the part's place in the first one."""
    await load(pool, "anime", *titan.records())
    tvdb = str(made_up_number())
    await load(pool, "jsonl", Record(type=TitleKind.SHOW, title=f"w{tvdb}", ids={"tvdb": tvdb}))
    other = await match(pool, show_ids={"tvdb": tvdb}, season=1, episode=1)
    resolution = Resolution(kind=Kind.EPISODE, title_id=other.items[0].title.id)
    media = Media(kind=Kind.EPISODE, show_ids={"anidb": str(titan.anidb[1])}, season=1, episode=3)

    sent = event(1, media, provisional=True, resolution=resolution)

    assert places((await Matcher(catalogue_names()).match(pool, [sent]))[0]) == [(tvdb, 1, 3)]


async def test_ids_of_whole_shows_keep_their_numbers(pool: Pool, titan: Titan) -> None:
    """Who also knows the show at TVDB counts as TVDB does."""
    await load(pool, "anime", *titan.records())
    ids = {"tvdb": str(titan.tvdb), "anidb": str(titan.anidb[1])}

    assert places(await match(pool, show_ids=ids, season=1, episode=3)) == [(str(titan.tvdb), 1, 3)]


@pytest.mark.parametrize(
    ("scheme", "season", "expected"), [("anidb", 1, (2, 3)), ("anidb2", 2, (2, 3)), ("anidb2", 1, (1, 3))]
)
async def test_plex_with_hama_ends_in_the_right_play(
    pool: Pool, titan: Titan, scheme: str, season: int, expected: tuple[int, int]
) -> None:
    """From the agent's guid to the history: a plain AniDB id has AniDB's numbers, the others TVDB's."""
    await load(pool, "anime", *titan.records())
    user = await pool.fetchval("insert into users (name, slug) values ($1, $1) returning id", uuid4().hex)
    guid = f"com.plexapp.agents.hama://{scheme}-{titan.anidb[1]}/{season}/3?lang=en"
    metadata = {
        "type": "episode", "guid": guid, "index": 3, "parentIndex": season, "title": "Third",
        "grandparentTitle": titan.word, "duration": 1_440_000, "viewOffset": 1_400_000,
    }  # fmt: skip
    sent = plex_event(user, metadata)

    matched = await Matcher(catalogue_names()).match(pool, [sent])
    async with pool.acquire() as connection, connection.transaction():
        await batch.apply(connection, [Reading(event=sent, matched=matched[0])], Policy(), NOW)

    plays = await pool.fetch(
        "select season, number from plays join episodes on episodes.id = item_id where user_id = $1", user
    )
    assert [tuple(row) for row in plays] == [expected]


def plex_event(user_id: int, metadata: Mapping[str, Any]) -> PlaybackEvent:
    """The event of a scrobble as Plex sends it."""
    body = {"event": "media.scrobble", "user": True, "Account": {"id": 1}, "Metadata": metadata}
    receipt = Receipt(id=uuid4(), user_id=user_id, received_at=NOW)
    return webhook.parse("plex", json.dumps(body).encode(), receipt)


@pytest.mark.parametrize(
    ("show", "season", "episode", "expected"),
    [
        ("{}: Zurückspulen", 1, 3, (3, 15)),
        ("{} - Zuruckspulen", None, 3, (3, 15)),
        ("[Group] {} - Zurückspulen - 03 [720p].mkv", None, None, (3, 15)),
        ("{} Season 2", 1, 3, (2, 3)),
        ("{} Season 2", 2, 3, (2, 3)),
        ("[Group] {} Season 2 - 03 [1080p].mkv", None, None, (2, 3)),
        ("{}: Zurückspulen", 3, 3, (3, 3)),
        ("{}", 1, 3, (1, 3)),
        ("{} everywhere", 1, 3, (1, 3)),
    ],
)
async def test_a_name_of_a_part_places_its_episodes(  # noqa: PLR0917  # a table
    pool: Pool, titan: Titan, show: str, season: int | None, episode: int | None, expected: tuple[int, int]
) -> None:
    """A later season's own name means that season; a name of them all means the show."""
    await load(pool, "anime", *titan.records())
    listed = [{"season": each, "number": count} for each in (1, 2, 3) for count in range(1, 25)]
    line = {"type": "show", "title": titan.word, "ids": {"tvdb": titan.tvdb}, "episode_list": listed}
    async with pool.acquire() as connection:
        await import_jsonl(connection, [json.dumps(line).encode()])

    matched = await match(
        pool, provisional=False, show=show.format(titan.word), season=season, episode=episode
    )

    assert places(matched) == [(str(titan.tvdb), *expected)]


async def test_an_absolute_number_nobody_listed(pool: Pool) -> None:
    """A show that is counted through is found in its seasons, by the rules or by the listed number."""
    word, tvdb, anidb = made_up(), str(made_up_number()), str(made_up_number())
    rules = [
        NumberingRule(part_season=1, season=1, first=1, last=8),
        NumberingRule(part_season=1, season=2, first=9, last=30, offset=-8),
    ]
    parts = [PartRecord(ids={"anidb": anidb}, rules=rules)]
    await load(
        pool,
        "anime",
        Record(type=TitleKind.SHOW, title=word, ids={"tvdb": tvdb, "anidb": anidb}, parts=parts),
    )

    by_name = await match(pool, show=word, absolute=10)
    by_file = await match(pool, show=f"[Group] {word} - 11 [720p].mkv")
    by_id = await match(pool, show_ids={"anidb": anidb}, season=1, episode=12)
    nowhere = await match(pool, show=word, absolute=31)

    assert [places(each) for each in (by_name, by_file, by_id)] == [
        [(tvdb, 2, number)] for number in (2, 3, 4)
    ]
    assert (nowhere.items, nowhere.reason) == ((), "unknown_episode")


# Importing ------------------------------------------------------------------------


async def test_the_same_import_changes_nothing(pool: Pool, titan: Titan) -> None:
    """No row of the show or its parts is touched by a second run, and no second part is made."""
    first = await load(pool, "anime", *titan.records())
    before = await rows(pool, titan.tvdb)

    second = await load(pool, "anime", *titan.records())

    assert (first.new, second.updated, second.unchanged, second.names) == (1, 0, 1, 0)
    assert await rows(pool, titan.tvdb) == before
    assert [row["names"] for row in await named(pool, titan)] == [
        [],
        [titan.names[1]],
        [titan.names[2]],
        [titan.names[3]],
    ]


async def named(pool: Pool, titan: Titan) -> list[Any]:
    """The names of the parts, in the order of the ids at AniDB."""
    return await pool.fetch(
        "select array(select name from title_names where part_id = entity_id) as names"
        " from external_ids where kind = 'part' and source = 'anidb' and value = any($1)"
        " order by array_position($1, value)",
        [str(each) for each in titan.anidb],
    )


async def test_a_corrected_list_moves_the_part(pool: Pool, titan: Titan) -> None:
    """What a source says today replaces what it said before, and counts as an update."""
    await load(pool, "anime", *titan.records())
    ids = {"anidb": str(titan.anidb[2])}
    titan.numbering[2] = ('defaulttvdbseason="4"', "")

    summary = await load(pool, "anime", *titan.records())

    assert (summary.updated, summary.conflicts) == (1, 0)
    assert [each[1:] for each in places(await match(pool, show_ids=ids, season=1, episode=3))] == [(4, 3)]


@pytest.mark.parametrize("order", [("jsonl", "anime"), ("anime", "jsonl")])
async def test_the_better_source_places_a_part(pool: Pool, order: tuple[str, ...]) -> None:
    """In whatever order they are imported."""
    tvdb, mal = str(made_up_number()), str(made_up_number())
    for source in order:
        parts = [PartRecord(ids={"mal": mal}, season=2 if source == "jsonl" else 3)]
        await load(
            pool, source, Record(type=TitleKind.SHOW, title=f"w{tvdb}", ids={"tvdb": tvdb}, parts=parts)
        )

    assert places(await match(pool, show_ids={"mal": mal}, season=1, episode=1)) == [(tvdb, 2, 1)]


async def test_an_id_of_a_title_is_none_of_a_part(pool: Pool) -> None:
    """What another show or part goes by stays there, and is told; a provisional show gives way."""
    word, tvdb, taken, other, made = made_up(), *(str(made_up_number()) for _ in range(4))
    await load(pool, "jsonl", Record(type=TitleKind.SHOW, title=f"{word} a", ids={"mal": taken}))
    await catalog.create_titles(
        pool,
        [
            NewTitle(
                kind=TitleKind.SHOW, name=f"{word} made", normalized=word, slug=word, year=None, runtime=None,
                ids={"mal": made},
            )
        ],
    )  # fmt: skip
    parts = [
        PartRecord(ids={"mal": taken, "anidb": other}, season=2),
        PartRecord(ids={"anidb": other}, season=3),
        PartRecord(ids={"mal": made}, season=4),
    ]
    told: list[str] = []
    async with pool.acquire() as connection:
        await load_records(
            connection, "anime", [Record(type=TitleKind.SHOW, title=word, ids={"tvdb": tvdb}, parts=parts)],
            listener=Listener(conflict=lambda _, sentence: told.append(sentence)),
        )  # fmt: skip

    assert [sentence.partition(" (")[0] for sentence in told] == [
        f"anidb {other} of '{word}' belongs to '{word}'",
        f"mal {taken} of '{word}' belongs to '{word} a'",
    ]
    found = [await match(pool, show_ids={"mal": each}, season=1, episode=1) for each in (taken, made)]
    assert [(item.title.name, item.season) for each in found for item in each.items] == [
        (f"{word} a", 1),
        (word, 4),
    ]
    assert [
        each[1:] for each in places(await match(pool, show_ids={"anidb": other}, season=1, episode=1))
    ] == [(2, 1)]


async def test_no_parts_no_questions(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no event has an id or a name of a part, nothing is asked about parts."""
    word, tvdb, mal = made_up(), str(made_up_number()), str(made_up_number())
    known = Record(type=TitleKind.SHOW, title=word, ids={"tvdb": tvdb, "mal": mal}, aka=[f"{word} too"])
    await load(pool, "jsonl", known)
    monkeypatch.setattr(kept, "_QUERIES", {})

    found = [
        await match(pool, show_ids={"mal": mal}, season=1, episode=1),
        await match(pool, show=word, season=1, episode=1),
        await match(pool, show_ids={"tvdb": tvdb}, season=1, episode=1),
    ]

    assert [places(each) for each in found] == [[(tvdb, 1, 1)]] * 3
