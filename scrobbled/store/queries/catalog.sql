-- The catalogue, asked by the batch: arrays in, rows out.

-- name: lock
-- Whoever makes titles waits here for whoever else does. The number is like no other program's.
select pg_advisory_xact_lock(7274664)

-- name: by_external_ids
-- Which entities have these ids? The kind is part of the question.
select asked.position, external_ids.entity_id
from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as asked (position, kind, source, value)
join external_ids using (kind, source, value)

-- name: titles
select id, kind, name, year, runtime, slug, popularity, ids from titles where id = any($1::bigint[])

-- name: items
-- Films and episodes by id; an episode with its show.
select
    titles.id, null::bigint as episode_id, titles.id as title_id, titles.kind, titles.name, titles.year,
    titles.runtime, titles.slug, titles.popularity, titles.ids as title_ids,
    null::int as season, null::int as number, null::text as episode_name, null::int as episode_runtime,
    null::jsonb as episode_ids
from titles where titles.id = any($1::bigint[]) and titles.kind = 'movie'
union all
select
    episodes.id, episodes.id, titles.id, titles.kind, titles.name, titles.year,
    titles.runtime, titles.slug, titles.popularity, titles.ids,
    episodes.season, episodes.number, episodes.name, episodes.runtime, episodes.ids
from episodes join titles on titles.id = episodes.show_id
where episodes.id = any($1::bigint[])

-- name: shows_without_ids
-- Shows of exactly these names that nobody gave an id, where there is one and not more.
select asked.position, min(titles.id) as id
from unnest($1::int[], $2::text[], $3::int[]) as asked (position, name, year)
join titles on titles.kind = 'show' and left(lower(titles.name), 100) = left(lower(asked.name), 100)
    and titles.ids = '{}' and lower(titles.name) = lower(asked.name)
    and (titles.year is null or asked.year is null or titles.year = asked.year)
group by asked.position
having count(*) = 1

-- name: in_history
-- Which of these titles have these users played?
select asked.user_id, asked.title_id
from unnest($1::bigint[], $2::bigint[]) as asked (user_id, title_id)
where exists (select from plays where plays.user_id = asked.user_id and plays.title_id = asked.title_id)

-- name: episodes_at
-- Episodes by show, season and number; with a null season by absolute number. Two
-- halves, so that each has an index of its own; should two episodes claim one absolute
-- number, the first is meant.
with asked as materialized (
    select * from unnest($1::int[], $2::bigint[], $3::int[], $4::int[]) as asked (position, show_id, season, number)
)
select asked.position, episodes.id
from asked
join episodes on episodes.show_id = asked.show_id and episodes.season = asked.season
    and episodes.number = asked.number
union all
select asked.position, min(episodes.id)
from asked
join episodes on episodes.show_id = asked.show_id and episodes.absolute = asked.number
where asked.season is null
group by asked.position

-- name: insert_titles
-- New titles; one whose slug was taken meanwhile is left to the next try.
insert into titles (kind, name, year, runtime, slug, provisional, ids)
select kind, name, year, runtime, slug, true, '{}'::jsonb
from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[]) as title (kind, name, year, runtime, slug)
on conflict (kind, slug) do nothing
returning id, kind, slug

-- name: taken_slugs
select titles.kind, titles.slug from titles
join unnest($1::text[], $2::text[]) as asked (kind, base)
    on titles.kind = asked.kind and (titles.slug = asked.base or titles.slug like asked.base || '-%')

-- name: announce
-- When the transaction ends, the indexes of names hear that there is something to read.
select pg_notify('catalog_changed', '')

-- name: insert_episodes
-- With their seasons, which can be rated and listed.
with made as (
    insert into seasons (show_id, number)
    select distinct * from unnest($1::bigint[], $2::int[])
    on conflict (show_id, number) do nothing
)
insert into episodes (show_id, season, number, name, runtime, provisional)
select show_id, season, number, name, runtime, true
from unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::int[]) as episode (show_id, season, number, name, runtime)
on conflict (show_id, season, number) do nothing

-- name: claim_ids
-- Write external ids to the look-up index; an id belongs to whom it was given first.
insert into external_ids (kind, source, value, entity_id)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
on conflict (kind, source, value) do nothing

-- name: show_title_ids
-- The ids column of titles follows the look-up index. It shows one id of each source:
-- the one it shows already, else the smallest.
update titles set ids = found.ids || titles.ids, updated_at = now(), changed = pg_current_xact_id()
from (
    select entity_id, jsonb_object_agg(source, value order by length(value) desc, value desc) as ids
    from external_ids where entity_id = any($1::bigint[]) and kind in ('movie', 'show')
    group by entity_id
) as found
where titles.id = found.entity_id and titles.ids is distinct from found.ids || titles.ids

-- name: show_episode_ids
-- The same for episodes.
update episodes set ids = found.ids || episodes.ids
from (
    select entity_id, jsonb_object_agg(source, value order by length(value) desc, value desc) as ids
    from external_ids where entity_id = any($1::bigint[]) and kind = 'episode'
    group by entity_id
) as found
where episodes.id = found.entity_id and episodes.ids is distinct from found.ids || episodes.ids

-- name: stats
select
    (select count(*) from titles where kind = 'movie') as movies,
    (select count(*) from titles where kind = 'show') as shows,
    (select count(*) from episodes) as episodes,
    (select count(*) from title_names) as other_names,
    (select count(*) from external_ids) as external_ids,
    (select count(*) from titles where provisional) as provisional

-- name: sources
-- How many titles have their facts from which importer, and when one last ran to its end.
select source, coalesce(titles, 0) as titles, imported_at
from (select source, count(*) as titles from titles where source is not null group by source) as told
full join (select source, max(finished_at) as imported_at from catalog_imports group by source) as ran using (source)
order by source
