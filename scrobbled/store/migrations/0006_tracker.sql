-- What a tracker keeps beside plays: ratings, a collection, lists, and what was taken away.

-- How a user is called in addresses, and what others see of them.
alter table users add column slug text;
alter table users add column private boolean not null default true;   -- nobody else sees anything
alter table users add column profile jsonb not null default '{}';     -- {"name", "location", "about", …}
update users set slug = coalesce(nullif(trim('-' from regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g')), ''), 'user');
update users set slug = slug || '-' || id where slug in (select slug from users group by slug having count(*) > 1);
alter table users alter column slug set not null;
create unique index users_slug on users (slug);

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

-- When a user last changed what, for clients that ask whether to read it again.
create table activities (
    user_id bigint not null,
    what text not null,                        -- movies.watched_at, lists.updated_at, …
    at timestamptz not null default now(),
    primary key (user_id, what)
) with (fillfactor = 70);

do $$
declare
    partitions constant integer := 4;
    parent text;
begin
    foreach parent in array array['ratings', 'collection', 'list_items', 'removed_plays'] loop
        for remainder in 0 .. partitions - 1 loop
            execute format(
                'create table %I partition of %I for values with (modulus %s, remainder %s)',
                parent || '_' || remainder, parent, partitions, remainder
            );
        end loop;
    end loop;
end
$$;

-- The watchlist is a list like the others.
insert into lists (user_id, id, slug, name)
select distinct user_id, 1, 'watchlist', 'Watchlist' from watchlist;
insert into list_items (user_id, list_id, item_id, title_id, kind, rank, listed_at)
select
    watchlist.user_id, 1, title_id, title_id, titles.kind,
    row_number() over (partition by watchlist.user_id order by listed_at), listed_at
from watchlist
join titles on titles.id = watchlist.title_id;
drop table watchlist;

-- Episodes that players made had no season.
insert into seasons (show_id, number)
select distinct show_id, season from episodes
on conflict (show_id, number) do nothing;
