"""
Viewings as players really tell of them, and what each must come to: scripts, as data.

Each is a complaint that people wrote about other scrobblers. A step says when the player sent what,
and how that must end: the outcome, and its reason where it has one. Times are of one evening; from
``24:00`` on it is the next day. A payload with a clock of its own carries that time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.unit.wire.composed import (
    EMBY_EPISODE,
    EMBY_FILM,
    emby,
    jellyfin_episode,
    jellyfin_film,
    nested,
    plex_episode,
    plex_film,
    syncpk,
)
from tests.unit.wire.composed import plex as composed_plex

Payload = dict[str, Any]

#: In milliseconds and in ticks: the film is 100 minutes long, as is each percent one minute.
PLEX_MINUTE, MINUTE = 60_000, 600_000_000


@dataclass(frozen=True)
class Step:
    """What a player sent *at* a time and how it must end; *arrived*, where that was later."""

    at: str
    sent: Payload
    ends: str
    arrived: str = ""


@dataclass(frozen=True)
class Viewing:
    """A script: *plays* are the times at which something must be in the history, and nothing else."""

    name: str
    player: str
    steps: list[Step]
    plays: list[str]
    ratings: list[int] = field(default_factory=list)


def on(day: datetime, clock: str) -> datetime:
    """The time of *day* that *clock* names, ``HH:MM`` or ``HH:MM:SS``."""
    hours, minutes, seconds = (*map(int, clock.split(":")), 0)[:3]
    return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def stamped(player: str, sent: Payload, at: datetime) -> Payload:
    """*sent* with the player's own clock at that time; Plex has none."""
    written = f"{at:%Y-%m-%dT%H:%M:%S}.0000000Z"
    match player:
        case "jellyfin" if "NotificationType" in sent:
            return sent | {"UtcTimestamp": written}
        case "emby":
            return sent | {"Date": written}
        case "kodi":
            return sent | {"Metadata": sent["Metadata"] | {"watched_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}}
        case _:
            return sent


# What they send ------------------------------------------------------------------


def plex(event: str, minute: float | None = None, **changes: object) -> Payload:
    """Plex about the film, at a minute of it; without one it does not say where."""
    offset = {} if minute is None else {"viewOffset": int(minute * PLEX_MINUTE)}
    return plex_film(f"media.{event}", duration=100 * PLEX_MINUTE, **offset, **changes)


def plex_part(event: str, number: int, minute: float | None = None) -> Payload:
    """Plex about an episode of 100 minutes."""
    offset = None if minute is None else int(minute * PLEX_MINUTE)
    return plex_episode(
        f"media.{event}", index=number, title=f"Part {number}", duration=100 * PLEX_MINUTE, viewOffset=offset,
        Guid=[{"id": f"tvdb://77000{number}"}], guid=f"plex://episode/{number:024}",
    )  # fmt: skip


def rated_show(title: str, rating: float) -> Payload:
    """Plex says that somebody rated a show."""
    return composed_plex("media.rate", type="show", title=title, year=2011) | {"rating": rating}


def rated_season(show: str, number: int, rating: float) -> Payload:
    """Plex says that somebody rated a season."""
    about = {"type": "season", "title": f"Season {number}", "parentTitle": show, "index": number}
    return composed_plex("media.rate", **about) | {"rating": rating}


def jellyfin(event: str, minute: float = 0.0, **changes: object) -> Payload:
    """Jellyfin's plugin about the film; 0 is also how it says that it does not know."""
    sent = {"RunTimeTicks": 100 * MINUTE, "PlaybackPositionTicks": int(minute * MINUTE)}
    return jellyfin_film(event, **(sent | changes))


def saved(reason: str, minute: float = 0.0, *, played: bool, **changes: object) -> Payload:
    """Jellyfin saved somebody's data of the film."""
    return jellyfin("UserDataSaved", minute, SaveReason=reason, Played=played, **changes)


def ticked(number: int, *, played: bool = True) -> Payload:
    """Jellyfin says that somebody ticked an episode, or took the tick away."""
    return jellyfin_episode(
        "UserDataSaved", SaveReason="TogglePlayed", Played=played, EpisodeNumber=number,
        Name=f"Part {number}", PlaybackPositionTicks=0, Provider_imdb=None,
        Provider_tmdb=str(88_000 + number),
    )  # fmt: skip


def emby_said(
    event: str, minute: float | None = None, *, completed: bool | None = None, **top: object
) -> Payload:
    """Emby about the film."""
    info: Payload = {} if minute is None else {"PositionTicks": int(minute * MINUTE)}
    if completed is not None:
        info["PlayedToCompletion"] = completed
    return emby(event, EMBY_FILM | {"RunTimeTicks": 100 * MINUTE}, PlaybackInfo=info, **top)


def emby_part(event: str, number: int, end: int | None = None, **top: object) -> Payload:
    """Emby about an episode, or a file that holds several."""
    item = EMBY_EPISODE | {"IndexNumber": number, "Name": f"Part {number}", "RunTimeTicks": 50 * MINUTE}
    item |= {"ProviderIds": {"Tvdb": str(660_000 + number)}} | (
        {} if end is None else {"IndexNumberEnd": end}
    )
    return emby(event, item, **top)


def community(event: str, minute: float, *, played: bool) -> Payload:
    """A template of Jellyfin's that sends the item as the server keeps it, its tick included."""
    item: Payload = {
        "Type": "Movie", "Name": "Arrival", "ProductionYear": 2016, "RunTimeTicks": 100 * MINUTE,
        "ProviderIds": {"Imdb": "tt2543164"}, "UserData": {"Played": played, "PlaybackPositionTicks": 0},
    }  # fmt: skip
    return nested(event, item, Session={"PlayState": {"PositionTicks": int(minute * MINUTE)}})


def from_kodi(number: int) -> Payload:
    """SyncPK about an episode that was seen to its end."""
    ids = {"tvdb": str(550_000 + number)}
    return syncpk(index=str(number), title=f"Part {number}", unique_ids=ids, imdbnumber=ids["tvdb"])


def heartbeats(first: str, minutes: Iterable[int]) -> list[Step]:
    """Jellyfin's check-ins: one a second is the most it sends, and each moves the position alone."""
    hour, start = map(int, first.split(":"))
    return [
        Step(
            f"{hour + (start + minute) // 60}:{(start + minute) % 60:02}",
            jellyfin("PlaybackProgress", minute),
            "progressed",
        )
        for minute in minutes
    ]


# The scripts -----------------------------------------------------------------------

VIEWINGS = [
    Viewing(
        "scrobble, then stop",
        "plex",
        [
            Step("20:00", plex("play"), "started"),
            Step("21:30", plex("scrobble"), "scrobbled"),
            Step("21:40", plex("stop", 99), "duplicate"),
        ],
        ["21:30"],
    ),
    Viewing(
        "skip credits: the finished film is played once more",
        "plex",
        [
            Step("20:00", plex("play"), "started"),
            Step("21:31", plex("scrobble", 91), "scrobbled"),
            Step("21:32", plex("play", 97), "started"),
            Step("21:33", plex("stop", 98), "duplicate"),
            Step("21:34", plex("play"), "started"),
            Step("21:34:10", plex("stop"), "paused position_unknown"),
        ],
        ["21:31"],
    ),
    Viewing(
        "seek back, and past 90 % once more",
        "plex",
        [
            Step("20:00", plex("play"), "started"),
            Step("21:30", plex("scrobble", 90), "scrobbled"),
            Step("21:31", plex("pause", 65), "paused"),
            Step("21:32", plex("resume", 65), "started"),
            Step("21:57", plex("scrobble", 90), "duplicate"),
            Step("22:05", plex("stop", 98), "duplicate"),
        ],
        ["21:30"],
    ),
    Viewing(
        "credits left standing overnight",
        "plex",
        [
            Step("21:00", plex("play"), "started"),
            Step("22:30", plex("scrobble", 90), "scrobbled"),
            Step("22:33", plex("pause", 93), "paused"),
            Step("31:10", plex("resume", 93), "started"),
            Step("31:17", plex("stop", 100), "duplicate same_viewing"),
        ],
        ["22:30"],
    ),
    Viewing(
        "lost stop: the last that was heard is 85 %",
        "plex",
        [
            Step("20:00", plex("play"), "started"),
            Step("21:25", plex("pause", 85), "paused"),
            Step("21:30", plex("resume", 85), "started"),
        ],
        ["21:45"],
    ),
    Viewing(
        "lost stop below the threshold is no play",
        "plex",
        [Step("20:00", plex("play", 0), "started"), Step("20:30", plex("resume", 30), "started")],
        [],
    ),
    Viewing(
        "unknown position is not the beginning",
        "plex",
        [
            Step("20:00", plex("play"), "started"),
            Step("21:20", plex("pause", 85), "paused"),
            Step("21:40", plex("resume"), "started"),
            Step("21:50", plex("stop"), "scrobbled"),
        ],
        ["21:50"],
    ),
    Viewing(
        "unknown position is not the end",
        "plex",
        [Step("20:00", plex("play"), "started"), Step("21:50", plex("stop"), "paused position_unknown")],
        [],
    ),
    Viewing(
        "auto-next before 90 %: the stop of the one and the play of the next",
        "plex",
        [
            Step("20:00", plex_part("play", 1), "started"),
            Step("21:26", plex_part("stop", 1, 86), "scrobbled"),
            Step("21:26:01", plex_part("play", 2), "started"),
            Step("22:20", plex_part("stop", 2, 54), "paused"),
        ],
        ["21:26"],
    ),
    Viewing(
        "rated, rated anew, and the rating taken away from another",
        "plex",
        [
            Step("20:00", plex("rate") | {"rating": 8.0}, "rated"),
            Step("20:01", plex("rate", userRating=6) | {"rating": 6.0}, "rated"),
            Step("20:02", plex_part("rate", 1) | {"rating": 9.0}, "rated"),
            Step("20:03", plex_part("rate", 1) | {"rating": -1.0}, "rated"),
        ],
        [],
        ratings=[6],
    ),
    Viewing(
        "a whole show is rated, and one that nobody knows",
        "plex",
        [
            Step("20:00", plex_part("play", 1), "started"),
            Step("20:30", plex_part("stop", 1, 30), "paused"),
            Step("20:31", rated_show("Game of Thrones", 7.0), "rated"),
            Step("20:32", rated_show("A Show of Nobody at All", 9.0), "ignored unknown_show"),
            Step("20:33", rated_season("Game of Thrones", 1, 8.0), "rated"),
            Step("20:34", rated_season("Game of Thrones", 70, 3.0), "ignored unknown_show"),
        ],
        [],
        ratings=[7, 8],
    ),
    Viewing(
        "a shared user's start is told twice",
        "plex",
        [
            Step("20:00", plex("play"), "started"),
            Step("20:00:01", plex("play") | {"event": "playback.started"}, "ignored shared_user_echo"),
            Step("21:30", plex("scrobble"), "scrobbled"),
        ],
        ["21:30"],
    ),
    Viewing(
        "rewatch in Jellyfin: it says Played from the first second, and is left at 20 %",
        "jellyfin",
        [
            Step("01:00", jellyfin("PlaybackStart"), "started"),
            Step("02:38", jellyfin("PlaybackStop", 98, PlayedToCompletion=True), "scrobbled"),
            Step("20:00", jellyfin("PlaybackStart"), "started"),
            Step("20:00:01", saved("PlaybackStart", played=True), "ignored user_data_echo"),
            Step("20:10", saved("PlaybackProgress", 10, played=True), "ignored user_data_echo"),
            Step("20:20", jellyfin("PlaybackStop", 20, PlayedToCompletion=False), "paused"),
            Step(
                "20:20:01", saved("PlaybackFinished", 20, played=True, PlayCount=2), "ignored user_data_echo"
            ),
        ],
        ["02:38"],
    ),
    Viewing(
        "rewatch in Jellyfin to the end is a second play",
        "jellyfin",
        [
            Step("01:00", jellyfin("PlaybackStart"), "started"),
            Step("02:38", jellyfin("PlaybackStop", 98, PlayedToCompletion=True), "scrobbled"),
            Step("20:00", jellyfin("PlaybackStart"), "started"),
            Step("21:38", jellyfin("PlaybackStop", 98, PlayedToCompletion=True), "scrobbled"),
            Step("21:38:01", saved("PlaybackFinished", played=True, PlayCount=2), "ignored user_data_echo"),
        ],
        ["02:38", "21:38"],
    ),
    Viewing(
        "Played stays true on a stop in the middle",
        "jellyfin",
        [
            Step("20:00", community("Play", 0, played=True), "started"),
            Step("20:40", community("Stop", 40, played=True), "paused"),
        ],
        [],
    ),
    Viewing(
        "PlayedToCompletion of an unknown runtime",
        "jellyfin",
        [
            Step("20:00", jellyfin("PlaybackStart", RunTimeTicks=0), "started"),
            Step(
                "20:02",
                jellyfin("PlaybackStop", RunTimeTicks=0, PlayedToCompletion=True),
                "rejected progress_too_low",
            ),
        ],
        [],
    ),
    Viewing(
        "progress all the time, and the stop at the end",
        "jellyfin",
        [
            Step("20:00", jellyfin("PlaybackStart"), "started"),
            *heartbeats("20:00", range(1, 97)),
            Step("21:37", jellyfin("PlaybackStop", 97, PlayedToCompletion=True), "scrobbled"),
            Step("21:37:01", saved("PlaybackFinished", played=True, PlayCount=1), "duplicate"),
        ],
        ["21:37"],
    ),
    Viewing(
        "an idle client: the server's own stop comes minutes late",
        "jellyfin",
        [
            Step("20:00", jellyfin("PlaybackStart"), "started"),
            *heartbeats("20:00", (30, 60, 92)),
            Step("21:42", jellyfin("PlaybackStop", 92, PlayedToCompletion=True), "duplicate"),
        ],
        ["21:40"],
    ),
    Viewing(
        "an idle client in the middle: its late stop is no play",
        "jellyfin",
        [
            Step("20:00", jellyfin("PlaybackStart"), "started"),
            *heartbeats("20:00", (30, 40)),
            Step("20:50", jellyfin("PlaybackStop", 40, PlayedToCompletion=False), "paused"),
        ],
        [],
    ),
    Viewing(
        "a season ticked at once, dated by its source",
        "jellyfin",
        [
            Step(
                f"20:00:0{number}",
                ticked(number) | {"LastPlayedDate": f"2026-03-0{number}T21:00:00Z"},
                "scrobbled",
            )
            for number in range(1, 7)
        ],
        [f"2026-03-0{number}T21:00:00" for number in range(1, 7)],
    ),
    Viewing(
        "un-ticked, and ticked again",
        "jellyfin",
        [
            Step("20:00", ticked(1), "cancelled unticked"),
            Step("20:01", ticked(1, played=False), "cancelled unticked"),
            Step("20:02", ticked(1, played=False), "ignored not_watched"),
            Step("20:03", ticked(1), "scrobbled"),
            Step("20:04", ticked(2, played=False), "ignored not_watched"),
        ],
        ["20:03"],
    ),
    Viewing(
        "an un-tick that comes after the next viewing takes nothing of that",
        "emby",
        [
            Step("20:00", emby_said("item.markplayed"), "cancelled unticked"),
            Step("22:00", emby_said("playback.stop", 99, completed=True), "scrobbled"),
            Step("20:30", emby_said("item.markunplayed"), "cancelled unticked", arrived="22:30"),
        ],
        ["22:00"],
    ),
    Viewing(
        "the echo of a tick that was written back to the server",
        "jellyfin",
        [
            Step("01:00", jellyfin("PlaybackStart"), "started"),
            Step("02:38", jellyfin("PlaybackStop", 98, PlayedToCompletion=True), "scrobbled"),
            Step("20:00", saved("TogglePlayed", played=True), "duplicate already_watched"),
            Step("20:00:01", saved("Import", played=True), "ignored user_data_echo"),
        ],
        ["02:38"],
    ),
    Viewing(
        "auto-next: the position is already the next episode's",
        "emby",
        [
            Step("20:00", emby_part("playback.start", 1), "started"),
            Step(
                "20:49",
                emby_part("playback.stop", 1, PlaybackInfo={"PlayedToCompletion": True})
                | {"Session": {"PlayState": {"PositionTicks": 0}}},
                "scrobbled",
            ),
            Step("20:49:01", emby_part("playback.start", 2), "started"),
            Step(
                "20:51", emby_part("playback.stop", 2, PlaybackInfo={"PositionTicks": 2 * MINUTE}), "paused"
            ),
        ],
        ["20:49"],
    ),
    Viewing(
        "pauses that look like stops",
        "emby",
        [
            Step("20:00", emby_said("playback.start", 0), "started"),
            Step("20:30", emby_said("playback.stop", 30, completed=False), "paused"),
            Step("20:30:01", emby_said("playback.stop", 30, completed=False), "paused"),
            Step("20:45", emby_said("playback.unpause", 30), "started"),
            Step("21:38", emby_said("playback.pause", 83), "paused"),
            Step("21:40", emby_said("playback.unpause", 83), "started"),
            Step("21:55", emby_said("playback.stop", 98, completed=True), "scrobbled"),
            Step("21:55:01", emby_said("playback.stop", 98, completed=True), "duplicate"),
        ],
        ["21:55"],
    ),
    Viewing(
        "two episodes in one file",
        "emby",
        [
            Step("20:00", emby_part("playback.start", 1, 2), "started"),
            Step(
                "20:49",
                emby_part("playback.stop", 1, 2, PlaybackInfo={"PlayedToCompletion": True}),
                "scrobbled",
            ),
        ],
        ["20:49", "20:49"],
    ),
    Viewing(
        "the stop overtakes the start",
        "emby",
        [
            Step("21:55", emby_said("playback.stop", 98, completed=True), "scrobbled"),
            Step("20:00", emby_said("playback.start", 0), "stale newer_event", arrived="22:10"),
        ],
        ["21:55"],
    ),
    Viewing(
        "an offline queue, all at once and twice",
        "kodi",
        [
            *(
                Step(f"{12 + number}:00", from_kodi(number), "scrobbled", arrived="23:00")
                for number in range(1, 7)
            ),
            *(
                Step(f"{12 + number}:00", from_kodi(number), "scrobbled", arrived="23:01")
                for number in (6, 2, 4)
            ),
        ],
        [f"{12 + number}:00" for number in range(1, 7)],
    ),
]
