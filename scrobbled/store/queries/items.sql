-- What clients name, found in the catalogue. Every statement takes everything at once, and creates nothing.

-- name: by_ids
-- The entity that has the ids: Trakt's own id before our own, then the others in the order they are given.
select distinct on (position) position, entity_id
from (
    select asked.position, asked.rank, external_ids.entity_id
    from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[]) as asked (position, rank, kind, source, value)
    join external_ids using (kind, source, value)
    union all
    select asked.position, asked.rank, titles.id
    from unnest($6::int[], $7::int[], $8::text[], $9::bigint[]) as asked (position, rank, kind, id)
    join titles on titles.id = asked.id and titles.kind = asked.kind
    union all
    select asked.position, asked.rank, episodes.id
    from unnest($6::int[], $7::int[], $8::text[], $9::bigint[]) as asked (position, rank, kind, id)
    join episodes on episodes.id = asked.id
    where asked.kind = 'episode'
    union all
    select asked.position, asked.rank, seasons.id
    from unnest($6::int[], $7::int[], $8::text[], $9::bigint[]) as asked (position, rank, kind, id)
    join seasons on seasons.id = asked.id
    where asked.kind = 'season'
    union all
    select asked.position, asked.rank, titles.id
    from unnest($10::int[], $11::int[], $12::text[], $13::text[]) as asked (position, rank, kind, slug)
    join titles on titles.kind = asked.kind and titles.slug = asked.slug
) as found
order by position, rank

-- name: places
-- Where seasons and episodes stand.
select id, show_id, number as season from seasons where id = any($1::bigint[])
union all
select id, show_id, season from episodes where id = any($1::bigint[])

-- name: seasons_at
-- Seasons by show and number.
select asked.position, seasons.id
from unnest($1::int[], $2::bigint[], $3::int[]) as asked (position, show_id, number)
join seasons on seasons.show_id = asked.show_id and seasons.number = asked.number

-- name: watchables
-- Films and episodes themselves; and the episodes of shows and seasons: all of them, or those that have
-- aired by $6, of shows without the specials. Where nobody knows when any episode of a show was aired, all have been.
with holders as materialized (
    select asked.*, exists (
        select from episodes where episodes.show_id = asked.show_id and episodes.first_aired is not null
    ) as is_dated
    from unnest($3::int[], $4::bigint[], $5::int[]) as asked (position, show_id, season)
)
select
    asked.position, titles.id as item_id, titles.id as title_id, 'movie' as kind,
    titles.details ->> 'released' as released, null::timestamptz as first_aired, titles.runtime
from unnest($1::int[], $2::bigint[]) as asked (position, id)
join titles on titles.id = asked.id and titles.kind = 'movie'
union all
select asked.position, episodes.id, episodes.show_id, 'episode',
    null, episodes.first_aired, coalesce(episodes.runtime, titles.runtime)
from unnest($1::int[], $2::bigint[]) as asked (position, id)
join episodes on episodes.id = asked.id
join titles on titles.id = episodes.show_id
union all
select holders.position, episodes.id, episodes.show_id, 'episode',
    null, episodes.first_aired, coalesce(episodes.runtime, titles.runtime)
from holders
join episodes on episodes.show_id = holders.show_id and (holders.season is null or episodes.season = holders.season)
join titles on titles.id = episodes.show_id
where $6::timestamptz is null
    or (
        (holders.season is not null or episodes.season > 0)
        and (episodes.first_aired <= $6 or (episodes.first_aired is null and not holders.is_dated))
    )

-- name: things
-- Films and shows, seasons, episodes by id: one id space.
select
    null::bigint as season_id, null::bigint as episode_id, titles.id as title_id, titles.kind, titles.name,
    titles.year, titles.runtime, titles.slug, titles.popularity, titles.ids as title_ids, null::int as season,
    null::int as number, null::text as own_name, null::int as own_runtime, null::jsonb as own_ids
from titles where titles.id = any($1::bigint[])
union all
select
    seasons.id, null, titles.id, titles.kind, titles.name, titles.year, titles.runtime, titles.slug,
    titles.popularity, titles.ids, seasons.number, seasons.number, seasons.name, null, seasons.ids
from seasons join titles on titles.id = seasons.show_id
where seasons.id = any($1::bigint[])
union all
select
    null, episodes.id, titles.id, titles.kind, titles.name, titles.year, titles.runtime, titles.slug,
    titles.popularity, titles.ids, episodes.season, episodes.number, episodes.name, episodes.runtime, episodes.ids
from episodes join titles on titles.id = episodes.show_id
where episodes.id = any($1::bigint[])

-- name: versions
-- Of the same, which transactions wrote the rows that they are shown from: *part* is the season's or the episode's own,
-- *version* that of the film or show. The arrays are parallel.
select array_agg(id) as ids, array_agg(kind) as kinds, array_agg(part) as parts, array_agg(title_id) as title_ids,
    array_agg(version) as versions
from (
    select id, kind, null as part, id as title_id, xmin::text as version
    from titles where id = any($1::bigint[])
    union all
    select seasons.id, 'season', seasons.xmin::text, titles.id, titles.xmin::text
    from seasons join titles on titles.id = seasons.show_id
    where seasons.id = any($1::bigint[])
    union all
    select episodes.id, 'episode', episodes.xmin::text, titles.id, titles.xmin::text
    from episodes join titles on titles.id = episodes.show_id
    where episodes.id = any($1::bigint[])
) as found

-- What the catalogue knows beyond names, under Trakt's words for it. Details go under what has a column of its own.

-- name: title_facts
-- The regular episodes that have aired by now are counted; where nobody knows when any was, all have been.
-- A status that nobody told follows from the years, since clients count on one.
select titles.id, titles.runtime, lower(titles.country) as country, titles.genres, titles.updated_at, titles.details,
    array(
        select distinct lower(language) from title_names
        where title_names.title_id = titles.id and language is not null
        order by 1
    ) as available_translations,
    case when titles.kind = 'show' then coalesce(nullif(aired.listed, 0) - aired.to_come, titles.episode_count) end
        as aired_episodes,
    aired.total_runtime, aired.first_aired,
    coalesce(titles.details ->> 'status', case
        when titles.kind = 'show' and titles.end_year is not null then 'ended'
        when titles.kind = 'show' then 'returning series'
        when coalesce(titles.details ->> 'released', titles.year::text) > (now() at time zone 'UTC')::date::text
            then 'planned'
        else 'released' end) as status
from titles
left join lateral (
    select count(*) as listed, sum(coalesce(episodes.runtime, titles.runtime)) as total_runtime,
        min(first_aired) as first_aired,
        case when min(first_aired) is null then 0 else count(*) - count(*) filter (where first_aired <= now()) end
            as to_come
    from episodes where titles.kind = 'show' and episodes.show_id = titles.id and episodes.season > 0
) as aired on true
where titles.id = any($1::bigint[])

-- name: season_facts
select seasons.id, seasons.name as title, titles.details ->> 'network' as network, titles.updated_at,
    count(*) as episode_count, min(episodes.first_aired) as first_aired,
    sum(coalesce(episodes.runtime, titles.runtime)) as total_runtime,
    case when min(episodes.first_aired) is null then count(*)
        else count(*) filter (where episodes.first_aired <= now()) end as aired_episodes
from seasons
join titles on titles.id = seasons.show_id
join episodes on episodes.show_id = seasons.show_id and episodes.season = seasons.number
where seasons.id = any($1::bigint[])
group by seasons.id, titles.id

-- name: episode_facts
-- The last one listed of a season counts as its finale.
with asked as materialized (
    select * from episodes where id = any($1::bigint[])
), bounds as (
    select pairs.show_id, pairs.season, max(episodes.number) as last
    from (select distinct show_id, season from asked) as pairs
    join episodes on episodes.show_id = pairs.show_id and episodes.season = pairs.season
    group by pairs.show_id, pairs.season
)
select asked.id, asked.absolute as number_abs, coalesce(asked.runtime, titles.runtime) as runtime, asked.first_aired,
    (asked.first_aired at time zone 'UTC')::date as released, asked.details, titles.updated_at,
    case when asked.season = 0 then 'standard'
        when asked.number = 1 then case asked.season when 1 then 'series_premiere' else 'season_premiere' end
        when asked.number < bounds.last then 'standard'
        when titles.details ->> 'status' in ('ended', 'canceled') and not exists (
            select from episodes as later where later.show_id = asked.show_id and later.season > asked.season
        ) then 'series_finale'
        else 'season_finale' end as episode_type
from asked
join bounds on bounds.show_id = asked.show_id and bounds.season = asked.season
join titles on titles.id = asked.show_id
