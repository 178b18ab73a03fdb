-- What users have: copies of films and episodes.

-- name: collected_items
-- Films or episodes ($2), the newest first.
select item_id, title_id, collected_at, updated_at, media from collection
where user_id = $1 and kind = any($2::text[])
order by collected_at desc, item_id

-- name: collected_shows
-- What there is of shows; the arrays are parallel, one element for each episode. Instants are UTC, and in JSON as in
-- watched.sql.
select title_id, max(updated_at) as updated_at, array_agg(item_id) as items,
    json_agg(collected_at at time zone 'UTC') as dates, json_agg(media) as media
from collection
where user_id = $1 and kind = 'episode'
group by title_id
order by title_id

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
