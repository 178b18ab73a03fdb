-- Loading the catalogue in bulk. Rows arrive by COPY in temporary tables, which
-- live as long as the connection, and are merged from there.

-- name: lock
-- Whoever makes titles waits here for whoever else does; the same number as in the worker.
select pg_advisory_xact_lock(7274664)

-- name: prepare
create temporary table if not exists load_names (normalized text not null, title_id bigint not null)
    on commit delete rows;
create temporary table if not exists load_seen (title_id bigint primary key);
create temporary table if not exists load_episodes (
    show_id bigint not null, season integer not null, number integer not null, absolute integer,
    name text, runtime integer, first_aired timestamptz
) on commit delete rows;
truncate load_seen

-- name: owners
-- Who has these ids, and under which of them.
select asked.kind, asked.source, asked.value, external_ids.entity_id
from unnest($1::text[], $2::text[], $3::text[]) as asked (kind, source, value)
join external_ids using (kind, source, value)

-- name: titles
select id, kind, name, year, runtime, popularity, country, season_count, episode_count, provisional
from titles where id = any($1::bigint[])

-- name: ids_of
select entity_id, source, value from external_ids
where entity_id = any($1::bigint[]) and kind in ('movie', 'show')

-- name: without_ids
-- Titles of these names that have no external id.
select asked.position, titles.id, titles.kind, titles.name, titles.year, titles.runtime, titles.popularity,
    titles.country, titles.season_count, titles.episode_count, titles.provisional
from unnest($1::int[], $2::text[], $3::text[]) as asked (position, kind, name)
join title_names on title_names.normalized = asked.name
join titles on titles.id = title_names.title_id and titles.kind = asked.kind
where not exists (select from external_ids where external_ids.entity_id = titles.id)
order by asked.position, titles.id

-- name: mark_seen
-- Titles a line of this run described; returns those no line had described before.
insert into load_seen (title_id) select unnest($1::bigint[])
on conflict do nothing
returning title_id

-- name: new_ids
select nextval('catalog_ids') as id from generate_series(1, $1::int)

-- name: taken_slugs
select titles.kind, titles.slug
from unnest($1::text[], $2::text[]) as asked (kind, slug)
join titles on titles.kind = asked.kind and titles.slug = asked.slug

-- name: update_titles
update titles set
    name = new.name, year = new.year, runtime = new.runtime, popularity = new.popularity,
    country = new.country, season_count = new.season_count, episode_count = new.episode_count,
    provisional = false, updated_at = now()
from unnest(
    $1::bigint[], $2::text[], $3::int[], $4::int[], $5::float8[], $6::text[], $7::int[], $8::int[]
) as new (id, name, year, runtime, popularity, country, season_count, episode_count)
where titles.id = new.id

-- name: merge_names
-- Returns the titles that got a name they did not have.
insert into title_names (normalized, title_id)
select distinct normalized, title_id from load_names
on conflict do nothing
returning title_id

-- name: merge_seasons
insert into seasons (show_id, number)
select distinct show_id, season from load_episodes
on conflict do nothing

-- name: merge_episodes
-- Returns the shows whose episodes changed.
insert into episodes as known (show_id, season, number, absolute, name, runtime, first_aired)
select distinct on (show_id, season, number) show_id, season, number, absolute, name, runtime, first_aired
from load_episodes order by show_id, season, number
on conflict (show_id, season, number) do update set
    absolute = coalesce(excluded.absolute, known.absolute),
    name = coalesce(excluded.name, known.name),
    runtime = coalesce(excluded.runtime, known.runtime),
    first_aired = coalesce(excluded.first_aired, known.first_aired),
    provisional = false
where known.provisional
    or (known.absolute, known.name, known.runtime, known.first_aired) is distinct from (
        coalesce(excluded.absolute, known.absolute), coalesce(excluded.name, known.name),
        coalesce(excluded.runtime, known.runtime), coalesce(excluded.first_aired, known.first_aired)
    )
returning show_id

-- name: episode_ids
select episodes.id, episodes.show_id, episodes.season, episodes.number
from unnest($1::bigint[], $2::int[], $3::int[]) as asked (show_id, season, number)
join episodes using (show_id, season, number)

-- name: analyze
analyze titles, title_names, episodes, external_ids
