-- How far people are in shows.

-- name: watched_shows
-- The shows ($2; null = all that were ever begun) with their episodes; the arrays are parallel, in the order of the
-- show. What was watched before a reset does not count, unless $3. An episode that nobody knows a date of has aired when it
-- was watched, or when no episode of its show has one. Episodes are read show by show, as in watched.sql.
with begun as materialized (
    select plays.title_id, plays.item_id, count(*)::int as times, max(plays.watched_at) as at
    from plays
    left join progress_resets on progress_resets.user_id = $1 and progress_resets.title_id = plays.title_id
    where plays.user_id = $1 and plays.kind = 'episode' and ($2::bigint[] is null or plays.title_id = any($2))
        and ($3 or progress_resets.reset_at is null or plays.watched_at >= progress_resets.reset_at)
    group by plays.title_id, plays.item_id
), asked as materialized (
    select title_id from begun
    union
    select unnest($2::bigint[])
    union
    -- Begun again, and nothing watched since.
    select title_id from progress_resets where user_id = $1 and $2::bigint[] is null
), parts as materialized (
    select asked.title_id, inside.*
    from asked
    cross join lateral (
        select
            episodes.id, episodes.season, episodes.number, episodes.first_aired,
            coalesce(episodes.runtime, titles.runtime, 0) as runtime
        from titles
        join episodes on episodes.show_id = titles.id
        where titles.id = asked.title_id
        offset 0
    ) as inside
)
select
    parts.title_id, progress_resets.reset_at,
    array_agg(parts.id order by season, number) as ids,
    array_agg(season order by season, number) as seasons,
    array_agg(number order by season, number) as numbers,
    array_agg(first_aired order by season, number) as aired,
    array_agg(coalesce(begun.times, 0) order by season, number) as times,
    array_agg(begun.at order by season, number) as dates,
    array_agg(runtime order by season, number) as runtimes
from parts
left join begun on begun.item_id = parts.id
left join progress_resets on progress_resets.user_id = $1 and progress_resets.title_id = parts.title_id
group by parts.title_id, progress_resets.reset_at

-- name: collected_shows
-- The same of what somebody has.
select
    titles.id as title_id, null::timestamptz as reset_at,
    array_agg(episodes.id order by episodes.season, episodes.number) as ids,
    array_agg(episodes.season order by episodes.season, episodes.number) as seasons,
    array_agg(episodes.number order by episodes.season, episodes.number) as numbers,
    array_agg(episodes.first_aired order by episodes.season, episodes.number) as aired,
    array_agg((collection.item_id is not null)::int order by episodes.season, episodes.number) as times,
    array_agg(collection.collected_at order by episodes.season, episodes.number) as dates,
    array_agg(coalesce(episodes.runtime, titles.runtime, 0) order by episodes.season, episodes.number) as runtimes
from titles
join episodes on episodes.show_id = titles.id
left join collection on collection.user_id = $1 and collection.item_id = episodes.id
where titles.id = any($2::bigint[])
group by titles.id

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
