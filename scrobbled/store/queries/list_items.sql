-- What is on lists. Stored ranks are an order alone, so that what leaves moves nothing: places are counted from them.

-- name: entries
-- A page of a list, of some kinds ($3) and what fits the filters $8, sorted by $4 ($5: asc or desc); its place is its place among all.
with placed as (
    select id, item_id, title_id, kind, notes, listed_at, row_number() over (order by rank, id) as place
    from list_items
    where user_id = $1 and list_id = $2
), keyed as (
    select
        placed.id, placed.item_id, placed.kind, placed.place, placed.notes, placed.listed_at,
        case when $4 = 'title' then lower(titles.name) end as word,
        case $4
            when 'rank' then placed.place
            when 'added' then extract(epoch from placed.listed_at)
            when 'released' then coalesce(
                (select extract(epoch from first_aired) from episodes where episodes.id = placed.item_id),
                extract(epoch from make_timestamptz(nullif(greatest(titles.year, 1), 0), 1, 1, 0, 0, 0, 'UTC'))
            )
            when 'runtime' then coalesce(
                (select runtime from episodes where episodes.id = placed.item_id), titles.runtime
            )
            when 'popularity' then titles.popularity
            when 'percentage' then titles.popularity
            when 'votes' then titles.popularity
            when 'my_rating' then (
                select rating from ratings where ratings.user_id = $1 and ratings.item_id = placed.item_id
            )
            when 'watched' then (
                select extract(epoch from max(watched_at)) from plays
                where plays.user_id = $1 and plays.title_id = placed.title_id
                    and (placed.kind in ('show', 'season') or plays.item_id = placed.item_id)
            )
            when 'collected' then (
                select extract(epoch from max(collected_at)) from collection
                where collection.user_id = $1 and collection.title_id = placed.title_id
                    and (placed.kind in ('show', 'season') or collection.item_id = placed.item_id)
            )
            when 'random' then random()
        end::double precision as number
    from placed
    join titles on titles.id = placed.title_id
    where placed.kind = any($3::text[]) and ($8::jsonb = '{}' or fits(titles, $8))
)
select id, item_id, place as rank, notes, listed_at, count(*) over () as total
from keyed
order by
    case when $5 = 'asc' then word end, case when $5 = 'desc' then word end desc nulls last,
    case when $5 = 'asc' then number end, case when $5 = 'desc' then number end desc nulls last, place
limit $6 offset $7

-- name: count_entries
select count(*) from list_items
where user_id = $1 and list_id = $2 and kind = any($3::text[])
    and ($4::jsonb = '{}' or exists (select from titles where titles.id = list_items.title_id and fits(titles, $4)))

-- name: add
-- At the end, in the order sent. What is there already stays in its place, and takes notes where some were sent.
with sent as (
    select * from unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[]) with ordinality
        as sent (item_id, title_id, kind, notes, position)
), met as (
    select sent.*, before.item_id is not null as is_known
    from sent
    left join list_items as before
        on before.user_id = $1 and before.list_id = $2 and before.item_id = sent.item_id
), written as (
    insert into list_items (user_id, list_id, item_id, title_id, kind, rank, notes)
    select $1, $2, item_id, title_id, kind, position + (
        select coalesce(max(rank), 0) from list_items where user_id = $1 and list_id = $2
    ), notes
    from met
    where not is_known or notes is not null
    order by position
    on conflict (user_id, list_id, item_id) do update set notes = excluded.notes
)
select kind, is_known, notes is not null as is_noted from met

-- name: remove
delete from list_items where user_id = $1 and list_id = $2 and item_id = any($3::bigint[]) returning kind

-- name: in_order
select id from list_items where user_id = $1 and list_id = $2 order by rank, id

-- name: arrange
-- All that are on a list ($3), in the order they are to have.
update list_items set rank = ordered.rank
from unnest($3::bigint[]) with ordinality as ordered (id, rank)
where list_items.user_id = $1 and list_items.list_id = $2 and list_items.id = ordered.id
    and list_items.rank <> ordered.rank

-- name: ids_of
-- The ids in a list of some items ($3).
select item_id, id from list_items where user_id = $1 and list_id = $2 and item_id = any($3::bigint[])

-- name: note
update list_items set notes = noted.notes
from unnest($3::bigint[], $4::text[]) as noted (id, notes)
where list_items.user_id = $1 and list_items.list_id = $2 and list_items.id = noted.id

-- name: touch
-- A list has changed just now where $3 says so; returns when it last did and how much is on it.
update lists set updated_at = case when $3 then clock_timestamp() else updated_at end
where user_id = $1 and id = $2
returning updated_at, (
    select count(*) from list_items where list_items.user_id = $1 and list_items.list_id = $2
) as item_count
