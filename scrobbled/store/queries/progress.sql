-- How far people are in shows.

-- name: begun
-- The shows that a user ever began; also what was begun again, and nothing watched since.
select distinct title_id from plays where user_id = $1 and kind = 'episode'
union
select title_id from progress_resets where user_id = $1

-- name: watched
-- What was watched of these shows; the arrays are parallel, and instants are in JSON as in watched.sql. What was
-- watched before a reset does not count, unless $3.
with seen as (
    select plays.title_id, plays.item_id, count(*)::int as times, max(plays.watched_at) as at
    from plays
    left join progress_resets on progress_resets.user_id = $1 and progress_resets.title_id = plays.title_id
    where plays.user_id = $1 and plays.title_id = any($2::bigint[]) and plays.kind = 'episode'
        and ($3 or progress_resets.reset_at is null or plays.watched_at >= progress_resets.reset_at)
    group by plays.title_id, plays.item_id
)
select title_id, array_agg(item_id) as items, array_agg(times) as times, json_agg(at) as dates
from seen
group by title_id

-- name: collected
-- The same of what somebody has.
select title_id, array_agg(item_id) as items, array_agg(1) as times, json_agg(collected_at) as dates
from collection
where user_id = $1 and title_id = any($2::bigint[]) and kind = 'episode'
group by title_id

-- name: parts
-- The episodes of these shows; the arrays are parallel, in the order of the show. *aired*: by $3; null where nobody
-- knows. Read show by show, as in places.sql.
select titles.id as title_id, progress_resets.reset_at, inside.*
from unnest($2::bigint[]) as asked (title_id)
join titles on titles.id = asked.title_id
left join progress_resets on progress_resets.user_id = $1 and progress_resets.title_id = titles.id
cross join lateral (
    select
        array_agg(episodes.id order by season, number) as ids,
        array_agg(season order by season, number) as seasons,
        array_agg(number order by season, number) as numbers,
        array_agg(first_aired <= $3 order by season, number) as aired,
        array_agg(coalesce(episodes.runtime, titles.runtime, 0) order by season, number) as runtimes
    from episodes
    where episodes.show_id = titles.id
) as inside
where inside.ids is not null

-- name: seasons
select number, id, name, ids from seasons where show_id = $1 order by number

-- name: to_start
-- The shows on the watchlist of which nothing was watched yet, the newest first.
select list_items.title_id
from list_items
where list_items.user_id = $1 and list_items.list_id = 1 and list_items.kind = 'show'
    and not exists (select from plays where plays.user_id = $1 and plays.title_id = list_items.title_id)
order by list_items.listed_at desc, list_items.id

-- name: reset
-- Old clients find it among what is hidden.
with listed as (
    insert into hidden (user_id, section, item_id, title_id, kind, hidden_at)
    values ($1, 'progress_watched_reset', $2, $2, 'show', $3)
    on conflict (user_id, section, item_id) do update set hidden_at = excluded.hidden_at
)
insert into progress_resets (user_id, title_id, reset_at) values ($1, $2, $3)
on conflict (user_id, title_id) do update set reset_at = excluded.reset_at

-- name: undo_reset
with listed as (
    delete from hidden where user_id = $1 and section = 'progress_watched_reset' and item_id = $2
)
delete from progress_resets where user_id = $1 and title_id = $2
