-- What users have: copies of films and episodes.

-- name: collected_items
-- Films or episodes ($2), the newest first.
select item_id, title_id, collected_at, updated_at, media from collection
where user_id = $1 and kind = any($2::text[])
order by collected_at desc, item_id

-- name: collected_shows
-- Shows with what there is of them; the arrays are parallel, one element for each episode in the order of the show.
-- Episodes are read show by show, as in watched.sql.
with had as materialized (
    select title_id, item_id, collected_at, updated_at, media
    from collection where user_id = $1 and kind = 'episode'
), parts as materialized (
    select shows.title_id, inside.*
    from (select distinct title_id from had) as shows
    cross join lateral (
        select id, season, number from episodes where episodes.show_id = shows.title_id offset 0
    ) as inside
)
select
    parts.title_id, max(collected_at) as last_collected_at, max(had.updated_at) as last_updated_at,
    array_agg(season order by season, number) as seasons,
    array_agg(number order by season, number) as numbers,
    array_agg(collected_at order by season, number) as dates,
    jsonb_agg(media order by season, number) as media
from parts
join had on had.item_id = parts.id
group by parts.title_id
order by last_collected_at desc, parts.title_id

-- name: collect
-- $5: when it was got, null = what is known already, or now. What nothing is told of stays as it is.
with sent as (
    select * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[])
        as sent (item_id, title_id, kind, at, media)
), meant as (
    select
        sent.item_id, sent.title_id, sent.kind, coalesce(sent.at, before.collected_at, now()) as collected_at,
        case when sent.media = '{}' then coalesce(before.media, '{}') else sent.media::jsonb end as media,
        before.item_id is not null as is_known,
        (before.collected_at is distinct from coalesce(sent.at, before.collected_at, now())
            or before.media is distinct from case when sent.media = '{}' then before.media else sent.media::jsonb end
        ) as is_news
    from sent
    left join collection as before on before.user_id = $1 and before.item_id = sent.item_id
), written as (
    insert into collection (user_id, item_id, title_id, kind, collected_at, media)
    select $1, item_id, title_id, kind, collected_at, media from meant where is_news or not is_known
    order by item_id
    on conflict (user_id, item_id) do update set
        collected_at = excluded.collected_at, media = excluded.media, updated_at = now()
)
select kind, case when not is_known then 'added' when is_news then 'updated' else 'existing' end as became from meant

-- name: uncollect
-- Films and episodes ($2), whole shows ($3), seasons ($4, $5).
with meant as materialized (
    select item_id from collection where user_id = $1 and item_id = any($2::bigint[])
    union
    select item_id from collection where user_id = $1 and title_id = any($3::bigint[]) and kind = 'episode'
    union
    select collection.item_id
    from unnest($4::bigint[], $5::int[]) as asked (show_id, season)
    join episodes on episodes.show_id = asked.show_id and episodes.season = asked.season
    join collection on collection.user_id = $1 and collection.item_id = episodes.id
)
delete from collection using meant
where collection.user_id = $1 and collection.item_id = meant.item_id
returning collection.kind
