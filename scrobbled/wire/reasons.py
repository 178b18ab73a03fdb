"""Why an event is ignored: stable words that logs, metrics and users see."""

from __future__ import annotations

from typing import Final

MUSIC: Final = "music"
TRAILER: Final = "trailer"  # clips, extras, pre-rolls
PHOTO: Final = "photo"
LIVE_TV: Final = "live_tv"
HOME_VIDEO: Final = "home_video"  # Jellyfin's plain "Video": no film, no episode
LOCAL_MEDIA: Final = "local_media"  # from a library with numbers of its own: no catalogue lists them
PLACEHOLDER: Final = "placeholder"  # a file that stands in for a film that is not there yet
NOT_MEDIA: Final = "not_media"  # a show, a season, a book, nothing at all
UNIDENTIFIABLE: Final = "unidentifiable"  # no id, no title to match on

LIBRARY_EVENT: Final = "library_event"
SERVER_EVENT: Final = "server_event"  # log-ins, sessions, backups, plugins
TEST_EVENT: Final = "test_event"  # the player's own "send a test"
NO_RATING: Final = "no_rating"  # rated without a number: a like, a favourite
UNDATED: Final = "undated"  # a play of the past that does not say when
UNKNOWN_EVENT: Final = "unknown_event"
SHARED_USER_ECHO: Final = "shared_user_echo"  # Plex announces a shared user's start twice
USER_DATA_ECHO: Final = "user_data_echo"  # Jellyfin reports each saved position twice
OTHER_USER: Final = "other_user"
UNKNOWN_ACCOUNT: Final = "unknown_account"  # held until somebody says whose it is
OTHER_KIND: Final = "other_kind"
OTHER_LIBRARY: Final = "other_library"
OTHER_PATH: Final = "other_path"
UNREADABLE: Final = "unreadable"  # neither JSON nor anything that can be mended to it
EMPTY_BODY: Final = "empty_body"  # a template rendered to nothing
UNRENDERED_TEMPLATE: Final = "unrendered_template"  # its placeholders were sent as they are

#: With these reasons the item is neither film nor episode; *media.kind* is then
#: only a neutral value and says nothing.
NEITHER_FILM_NOR_EPISODE: Final = frozenset({MUSIC, TRAILER, PHOTO, HOME_VIDEO, NOT_MEDIA})
