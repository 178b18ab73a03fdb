-- scrobbled's whole database, readable from top to bottom.
--
-- Two halves. The catalogue (what exists) is shared by everybody. The user
-- tables (what somebody did) all lead their key with user_id and are hash
-- partitioned by it, so that one user's rows lie together and a distributed
-- PostgreSQL can take the tables later without a rewrite.
--
-- Every instant is timestamptz (UTC in, UTC out). Percent is 0–100. Runtimes
-- are minutes in the catalogue and seconds in events.


-- The catalogue -----------------------------------------------------------

-- One id space for titles, seasons and episodes, from a range Trakt and Simkl
-- do not use: where we do not know the real Trakt id, ours is shown and can
-- never be mistaken for somebody else's.
create sequence catalog_ids as bigint start 1000000000;

create table titles (
    id bigint primary key default nextval('catalog_ids'),
    kind text not null check (kind in ('movie', 'show')),
    name text not null,
    year integer,
    end_year integer,                      -- of a show that ended
    runtime integer,                       -- minutes, of one episode for shows
    slug text not null,
    popularity double precision not null default 0,
    country text,
    genres text[],
    anime boolean,                         -- null = nobody said
    season_count integer,
    episode_count integer,
    source text,                           -- the importer that gave the facts above
    provisional boolean not null default false,  -- made from a player's metadata
    ids jsonb not null default '{}',       -- {"imdb": "tt…", "tmdb": "603"}; see external_ids
    details jsonb not null default '{}',   -- what clients show of it: model.details.Details
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- The transaction that last changed the title or its names; the matcher's index reads on
    -- from here. Whoever changes one sets it, and notifies `catalog_changed`.
    changed xid8 not null default pg_current_xact_id(),
    unique (kind, slug)
);
create index titles_changed on titles (changed);
create index titles_popular on titles (kind, popularity desc, id);
create index titles_updated on titles (kind, updated_at);
-- Dates as text, which ISO 8601 has in their order.
create index titles_released on titles ((details ->> 'released')) where details ? 'released';
create index titles_on_disc on titles ((details ->> 'on_disc')) where details ? 'on_disc';
create index titles_streamed on titles ((details ->> 'streamed')) where details ? 'streamed';
create index titles_without_ids on titles (kind, left(lower(name), 100)) where ids = '{}';

-- Whether a user watched, collected or wants to watch a title: those of the three that *words* has.
create or replace function is_known_to(who bigint, title_id bigint, words jsonb) returns boolean
language plpgsql stable parallel safe as $$ begin
    return (words ? 'watched' and exists (
            select from plays where plays.user_id = who and plays.title_id = is_known_to.title_id))
        or (words ? 'collected' and exists (
            select from collection where collection.user_id = who and collection.title_id = is_known_to.title_id))
        or (words ? 'watchlisted' and exists (
            select from list_items where list_items.user_id = who and list_items.list_id = 1
                and list_items.title_id = is_known_to.title_id));
end $$;

-- Whether a title is one of those a client filters for: model.filters.Filters as JSON. What is not
-- known does not fit. Without a subquery the planner makes it part of the statement.
create function fits(title titles, wanted jsonb) returns boolean language sql stable parallel safe
return (not wanted ? 'years' or title.year between (wanted -> 'years' ->> 0)::int and (wanted -> 'years' ->> 1)::int)
    and (not wanted ? 'runtimes'
        or title.runtime between (wanted -> 'runtimes' ->> 0)::int and (wanted -> 'runtimes' ->> 1)::int)
    and (not wanted ? 'ratings' or (title.details ->> 'rating')::float8 * 10
        between (wanted -> 'ratings' ->> 0)::int and (wanted -> 'ratings' ->> 1)::int)
    and (not wanted ? 'votes' or (title.details ->> 'votes')::int
        between (wanted -> 'votes' ->> 0)::int and (wanted -> 'votes' ->> 1)::int)
    and (not wanted ? 'genres' or lower(replace(title.genres::text, ' ', '-'))::text[]
        && translate(wanted ->> 'genres', '[]', '{}')::text[])
    and (not wanted ? 'countries' or wanted -> 'countries' ? lower(title.country))
    and (not wanted ? 'languages' or wanted -> 'languages' ? lower(title.details ->> 'language'))
    and (not wanted ? 'certifications' or wanted -> 'certifications' ? lower(title.details ->> 'certification'))
    and (not wanted ? 'networks' or wanted -> 'networks' ? lower(title.details ->> 'network'))
    and (not wanted ? 'status' or wanted -> 'status' ? lower(title.details ->> 'status'))
    and (not wanted ? 'query' or position(wanted ->> 'query' in lower(title.name)) > 0
        or position(wanted ->> 'query' in lower(title.details ->> 'original_title')) > 0)
    and (not wanted ? 'ignored' or not is_known_to((wanted ->> 'user_id')::bigint, title.id, wanted -> 'ignored'));

-- What the anime sites list as a title of its own and number from 1, and where its episodes
-- stand in the show. Its ids are in external_ids, and those of its names that the show does
-- not have itself are names of the show.
create table parts (
    id bigint primary key default nextval('catalog_ids'),
    show_id bigint not null references titles on delete cascade,
    season integer,                        -- the show's season it is; null = its numbers are absolute ones
    episode_offset integer not null,       -- added to its numbers
    episode_count integer,
    rules jsonb not null,                  -- exceptions: a list of catalog.records.NumberingRule
    source text not null                   -- the importer that said so
);
create index parts_show on parts (show_id);

-- The other names a title goes by, as they are written; the main one is in titles. Names that
-- differ in case or spaces alone are one.
create table title_names (
    title_id bigint not null references titles on delete cascade,
    name text not null,
    language text,                         -- as the source says it, usually ISO 639-1
    region text,                           -- usually ISO 3166-1
    part_id bigint references parts on delete set null,  -- the part of the show it means
    primary key (title_id, name)
);
create index title_names_part on title_names (part_id) where part_id is not null;

create table seasons (
    id bigint primary key default nextval('catalog_ids'),
    show_id bigint not null references titles on delete cascade,
    number integer not null,               -- 0 holds the specials
    name text,
    ids jsonb not null default '{}',
    unique (show_id, number)
);

create table episodes (
    id bigint primary key default nextval('catalog_ids'),
    show_id bigint not null references titles on delete cascade,
    season integer not null,
    number integer not null,
    absolute integer,                      -- counted from the first episode, where known
    name text,
    runtime integer,                       -- minutes
    first_aired timestamptz,
    provisional boolean not null default false,
    ids jsonb not null default '{}',
    details jsonb not null default '{}',   -- model.details.EpisodeDetails
    created_at timestamptz not null default now(),
    unique (show_id, season, number)
);
create index episodes_absolute on episodes (show_id, absolute) where absolute is not null;
-- Names by their words, for search. What is only called by its number is found by that.
create index episodes_words on episodes using gin (to_tsvector('simple', name)) where name not like 'Episode %';
create index episodes_aired on episodes (first_aired) where first_aired is not null;

-- The index over every ids column: which entity has this id? The id spaces of
-- films, shows and episodes overlap at every provider, so the kind is part of it.
create table external_ids (
    kind text not null check (kind in ('movie', 'show', 'season', 'episode', 'part')),
    source text not null,
    value text not null,
    entity_id bigint not null,
    primary key (kind, source, value)
);
create index external_ids_entity on external_ids (entity_id);

-- Imports that ran to their end, so that the same files need not be read again.
create table catalog_imports (
    source text not null,
    digest text not null,                  -- SHA-256 over the files' SHA-256 and the options
    files jsonb not null,                  -- [{"name": …, "size": bytes, "sha256": …}]
    options jsonb not null,
    counts jsonb not null,
    finished_at timestamptz not null default now(),
    primary key (source, digest)
);


-- Users and what they may do ----------------------------------------------

create table users (
    id bigint primary key generated by default as identity,
    name text not null,
    slug text not null,                    -- in addresses
    created_at timestamptz not null default now(),
    private boolean not null default true, -- nobody else sees anything
    profile jsonb not null default '{}',   -- {"name", "location", "about", …}
    -- The user's own rules; null = the server's setting.
    watched_threshold double precision check (watched_threshold between 1 and 100),
    lost_stop boolean
);
create unique index users_name on users (lower(name));
create unique index users_slug on users (slug);

-- What may ask people to let it in: registered with `scrobbled app add`, or known since somebody let it in.
create table apps (
    id bigint primary key generated by default as identity,
    client_id text not null unique,
    name text not null,
    secret bytea check (length(secret) = 32),  -- SHA-256; null = none was seen yet
    redirect_uris text[] not null default '{}',
    registered boolean not null,               -- else its client id came along with the app
    created_at timestamptz not null default now()
);

create table passwords (
    user_id bigint primary key references users on delete cascade,
    hash text not null,                        -- argon2id, with its parameters
    changed_at timestamptz not null default now()
);

-- Browsers that are signed in; only the SHA-256 of what the cookie holds is kept.
create table sessions (
    user_id bigint not null references users on delete cascade,
    hash bytea not null unique check (length(hash) = 32),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (user_id, hash)
);
create index sessions_expiry on sessions (expires_at);

-- Failed sign-ins of a name, and from an address; gone when their window is over.
create table failed_sign_ins (
    about bytea primary key check (length(about) = 32),  -- SHA-256 of the name or address
    failures integer not null,
    since timestamptz not null default now()
);
create index failed_sign_ins_since on failed_sign_ins (since);

-- One app that one user let in, once. Its access tokens are in tokens.
create table grants (
    user_id bigint not null references users on delete cascade,
    id uuid not null,
    app_id bigint not null references apps on delete cascade,
    proven boolean not null,                   -- the app showed its secret, so it always has to
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    primary key (user_id, id)
);
create index grants_app on grants (app_id);

-- Only the SHA-256 of a token is kept.
create table tokens (
    user_id bigint not null references users on delete cascade,
    id bigint generated by default as identity,
    hash bytea not null unique check (length(hash) = 32),
    label text not null,
    scopes text[] not null default '{read,scrobble,write}',
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    last_event_at timestamptz,             -- the newest webhook that came by it, within some seconds
    shared boolean not null default false, -- it stands for a media server with many accounts
    grant_id uuid,                         -- null = made by its user
    expires_at timestamptz,
    primary key (user_id, id),
    foreign key (user_id, grant_id) references grants on delete cascade
);
create unique index tokens_id on tokens (id);
create index tokens_grant on tokens (user_id, grant_id) where grant_id is not null;

-- Each renews a grant once; one that comes a second time was stolen, or its successor was.
create table refresh_tokens (
    user_id bigint not null,
    hash bytea not null unique check (length(hash) = 32),
    grant_id uuid not null,
    created_at timestamptz not null default now(),
    used_at timestamptz,
    primary key (user_id, hash),
    foreign key (user_id, grant_id) references grants on delete cascade
);
create index refresh_tokens_grant on refresh_tokens (user_id, grant_id);

-- What a browser carries back to the app that sent it here.
create table authorization_codes (
    user_id bigint not null references users on delete cascade,
    hash bytea not null unique check (length(hash) = 32),
    app_id bigint not null references apps on delete cascade,
    redirect_uri text not null,
    challenge text,                            -- PKCE, S256
    expires_at timestamptz not null,
    grant_id uuid,                             -- what it was exchanged for
    primary key (user_id, hash)
);
create index authorization_codes_expiry on authorization_codes (expires_at);
create index authorization_codes_app on authorization_codes (app_id);

-- Devices that show a code and wait for somebody to enter it.
create table devices (
    hash bytea primary key check (length(hash) = 32),    -- SHA-256 of the device code
    user_code text not null unique,
    client_id text not null,
    agent text,                                -- as which it asked (User-Agent)
    state text not null default 'pending' check (state in ('pending', 'approved', 'denied', 'used')),
    user_id bigint references users on delete cascade,   -- who decided
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    polled_at timestamptz
);
create index devices_expiry on devices (expires_at);
create index devices_user on devices (user_id) where user_id is not null;


-- What users did ----------------------------------------------------------

-- Every event that ended, with its one outcome: the answer to "why is this play
-- missing?", the guard against applying an event twice, and the input from which
-- a user's recent past is folded again when a late event arrives.
create table events (
    user_id bigint not null,
    id uuid not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    source text not null,
    action text not null,
    item_ids bigint[] not null default '{}',   -- the films or episodes it is about
    progress double precision,                 -- percent; null = unknown
    runtime double precision,                  -- seconds, as used for its verdict
    outcome text not null,
    reason text,
    subject text,                              -- what it said it was, when not matched
    score real,                                -- how sure the matcher was, 0–1
    by_hand boolean not null default false,    -- nothing was played: ticked, unticked, rated
    primary key (user_id, id)
) partition by hash (user_id);
create index events_in_order on events (user_id, occurred_at, id);
create index events_by_hand on events (user_id, received_at desc, id) where by_hand;
create index events_received on events using brin (received_at) with (autosummarize = on);

-- The history. An id is derived from the event that caused the play, so that
-- applying the event again makes the same play.
create table plays (
    user_id bigint not null,
    id bigint not null,
    item_id bigint not null,                   -- the film's or the episode's id
    title_id bigint not null,                  -- the film's or the show's id
    kind text not null check (kind in ('movie', 'episode')),
    watched_at timestamptz not null,
    cause text not null,                       -- scrobble, checkin, lost_stop, watch
    source text not null,
    event_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (user_id, id)
) partition by hash (user_id);
create index plays_newest on plays (user_id, watched_at desc, id desc)
    include (item_id, title_id, kind, cause, source, event_id);
create index plays_of_item on plays (user_id, item_id, watched_at desc);
create index plays_of_title on plays (user_id, title_id, watched_at desc, id desc);

-- One row for each item a user ever played: where its newest viewing stands and,
-- when paused_at is set, the position saved to continue from.
create table playback (
    user_id bigint not null,
    item_id bigint not null,
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'episode')),
    id bigint not null,                        -- the same as item_id, which answers name; not read
    last_event_at timestamptz not null,
    viewing text not null check (viewing in ('open', 'suspended', 'closed')),
    counted boolean not null,                  -- this viewing has its play already
    settled boolean not null,                  -- …and was seen to go on after it
    position double precision,                 -- percent, last known in this viewing
    last_play_at timestamptz,
    progress double precision,                 -- percent, saved; null = nothing saved
    paused_at timestamptz,
    unticked_at timestamptz,                   -- when a play of it was last taken back
    primary key (user_id, item_id)
) partition by hash (user_id);
create index playback_paused on playback (user_id, paused_at desc) where paused_at is not null;

-- One row for each user who ever played anything: what they are watching now,
-- and up to when their events are applied (an older one is late).
create table viewers (
    user_id bigint primary key,
    applied_to timestamptz not null,
    item_ids bigint[],                         -- null = watching nothing
    action text check (action in ('scrobble', 'checkin')),
    event_id uuid,                             -- the last event that said so
    source text,
    started_at timestamptz,
    expires_at timestamptz
) with (fillfactor = 70);
create index viewers_expiring on viewers (expires_at) where expires_at is not null;

-- Events nobody could match yet, whole, so that they can enter the history at
-- their own time later.
create table unmatched (
    user_id bigint not null,
    event_id uuid not null,
    event jsonb not null,
    candidates jsonb not null default '[]',
    occurred_at timestamptz not null,
    created_at timestamptz not null default now(),
    tried_at timestamptz not null default now(),   -- last looked up in the catalogue
    primary key (user_id, event_id)
) partition by hash (user_id);
create index unmatched_newest on unmatched (user_id, occurred_at desc, event_id desc);
create index unmatched_tried on unmatched (tried_at);

-- Received webhooks, for their owner to see and to be read again by a better parser. How
-- one ended stands in events.
create table webhooks (
    user_id bigint not null,
    id uuid not null,                          -- its event's
    received_at timestamptz not null,
    token_id bigint not null,                  -- the connection it came by
    player text not null,                      -- in its address; auto = any
    event jsonb not null,                      -- as it was read, see model/event.py
    content_type text not null,
    filters jsonb not null,                    -- what its address counts; {} = everything
    body bytea,                                -- without secrets; null = not kept
    size integer not null,                     -- of the body as it came, in bytes
    truncated boolean not null,
    primary key (user_id, id)
) partition by hash (user_id);
create index webhooks_newest on webhooks (user_id, received_at desc, id desc);
create index webhooks_received on webhooks using brin (received_at) with (autosummarize = on);

-- Whose accounts those are: what a player calls somebody (id or name, folded), and our user.
create table accounts (
    user_id bigint not null,                   -- the owner of the connection
    source text not null,                      -- the player
    account text not null,
    member_id bigint not null,                 -- the user who watches with it
    mapped_at timestamptz not null default now(),
    primary key (user_id, source, account)
);

-- What accounts did that nobody has mapped yet, whole, so that it can enter a history at its own time.
create table held (
    user_id bigint not null,                   -- the owner of the connection
    event_id uuid not null,
    event jsonb not null,
    source text not null,
    account text[] not null,                   -- all that the player calls them, the id first
    occurred_at timestamptz not null,
    primary key (user_id, event_id)
);

-- What a user's players say, and which title it means: taught by resolving an event. The
-- shape of external_ids; the source 'words' holds names in the matcher's spelling. Rows of
-- one id were taught together.
create sequence correction_ids as bigint;

create table corrections (
    user_id bigint not null,
    kind text not null check (kind in ('movie', 'show', 'episode')),
    source text not null,
    value text not null,
    id bigint not null,
    title_id bigint not null,                  -- the film or the show
    season integer,                            -- the episode meant; null = the event's own numbers
    number integer,
    taught_at timestamptz not null default now(),
    primary key (user_id, kind, source, value)
) partition by hash (user_id);
create index corrections_newest on corrections (user_id, id desc);
create index corrections_said on corrections (source, value, kind, user_id);

-- What enough users taught alike holds for everybody.
create table aliases (
    kind text not null check (kind in ('movie', 'show', 'episode')),
    source text not null,
    value text not null,
    title_id bigint not null,
    season integer,
    number integer,
    users integer not null,                    -- who taught it, when it became one
    primary key (kind, source, value)
);

-- What somebody thinks of it.
create table ratings (
    user_id bigint not null,
    item_id bigint not null,                   -- the film's, show's, season's or episode's id
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'show', 'season', 'episode')),
    rating smallint not null check (rating between 1 and 10),
    rated_at timestamptz not null,
    source text not null,
    primary key (user_id, item_id)
) partition by hash (user_id);
create index ratings_newest on ratings (user_id, rated_at desc, item_id);

create table collection (
    user_id bigint not null,
    item_id bigint not null,
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'episode')),
    collected_at timestamptz not null,
    updated_at timestamptz not null default now(),
    media jsonb not null default '{}',         -- {"media_type", "resolution", "hdr", "audio", …}
    primary key (user_id, item_id)
) partition by hash (user_id);
create index collection_of_title on collection (user_id, title_id);

-- Lists of a user. 1 is the watchlist and 2 the favorites, in everybody's; the others are their own, and have
-- ids that nobody can guess: whoever knows that of a list with a link may see it.
create table lists (
    user_id bigint not null,
    id bigint not null,
    slug text not null,
    name text not null,
    description text,
    privacy text not null default 'private' check (privacy in ('private', 'link', 'friends', 'public')),
    display_numbers boolean not null default false,
    allow_comments boolean not null default false,
    sort_by text not null default 'rank',
    sort_how text not null default 'asc',
    rank integer not null default 0,           -- in this order; equal ones by id
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (user_id, id),
    unique (user_id, slug)
);
create unique index lists_id on lists (id) where id > 2;

create sequence list_item_ids as bigint;

create table list_items (
    user_id bigint not null,
    list_id bigint not null,
    item_id bigint not null,
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'show', 'season', 'episode')),
    id bigint not null default nextval('list_item_ids'),   -- named in answers
    rank integer not null,                     -- in this order; answers count from 1 without gaps
    notes text,
    listed_at timestamptz not null default now(),
    primary key (user_id, list_id, item_id)
) partition by hash (user_id);
create index list_items_id on list_items (user_id, id);
create index list_items_of_title on list_items (user_id, title_id);

-- What a user does not want to be shown, and where.
create table hidden (
    user_id bigint not null,
    section text not null,                     -- calendar, progress_watched, dropped, …
    item_id bigint not null,
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'show', 'season')),
    hidden_at timestamptz not null default now(),
    primary key (user_id, section, item_id)
);

-- From when on the progress in a show is counted.
create table progress_resets (
    user_id bigint not null,
    title_id bigint not null,
    reset_at timestamptz not null,
    primary key (user_id, title_id)
);

-- Plays a user took out of their history: they stay out, though the events that made them are told again.
create table removed_plays (
    user_id bigint not null,
    id bigint not null,
    item_id bigint not null,
    watched_at timestamptz not null,
    cause text not null,
    event_id uuid not null,
    created_at timestamptz not null,
    removed_at timestamptz not null default now(),
    primary key (user_id, id)
) partition by hash (user_id);

-- What all users together did with a title: counted anew every now and then, see totals.sql.
create table totals (
    period text not null check (period in ('daily', 'weekly', 'monthly', 'yearly', 'all')),
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'show')),
    watchers integer not null default 0,       -- users who played it
    plays bigint not null default 0,
    collectors integer not null default 0,     -- users who have it
    collected bigint not null default 0,       -- of a show, episodes
    favorited integer not null default 0,
    listed integer not null default 0,         -- lists that it stands in
    primary key (period, title_id)
);

-- The same of an episode by itself, for all time; of a season lists alone; and of all what they were rated.
create table item_totals (
    item_id bigint primary key,
    watchers integer not null default 0,
    plays bigint not null default 0,
    collectors integer not null default 0,
    listed integer not null default 0,
    votes integer[] not null                   -- how many gave 1, 2, … 10
);

-- When a user last changed what, for clients that ask whether to read it again.
create table activities (
    user_id bigint not null,
    what text not null,                        -- movies.watched_at, lists.updated_at, …
    at timestamptz not null default now(),
    primary key (user_id, what)
) with (fillfactor = 70);

-- Where accepted events are kept while the stream is away, until a worker has applied them.
create table inbox (
    user_id bigint not null,
    number bigint generated always as identity,  -- the order they came in
    received_at timestamptz not null,
    event bytea not null,                        -- as the stream has it, see stream/codec.py
    webhook bytea,                               -- what it came in; null = no webhook
    tries integer not null default 0,            -- how often a worker took it
    primary key (user_id, number)
);
create index inbox_in_order on inbox (number);

do $$
declare
    partitions constant integer := 4;
    parent text;
begin
    foreach parent in array array[
        'events', 'plays', 'playback', 'unmatched', 'webhooks', 'corrections',
        'ratings', 'collection', 'list_items', 'removed_plays'
    ] loop
        for remainder in 0 .. partitions - 1 loop
            execute format(
                'create table %I partition of %I for values with (modulus %s, remainder %s)',
                parent || '_' || remainder, parent, partitions, remainder
            );
        end loop;
    end loop;
    -- Heartbeats rewrite the same rows; free space on the page keeps that cheap.
    for remainder in 0 .. partitions - 1 loop
        execute format('alter table %I set (fillfactor = 80)', 'playback_' || remainder);
    end loop;
end
$$;
