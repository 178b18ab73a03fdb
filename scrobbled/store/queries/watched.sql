-- What a user has seen, however often.

-- name: watched_items
-- Films or episodes, most recently watched first.
select item_id, count(*)::int as plays, max(watched_at) as last_watched_at, max(created_at) as last_updated_at
from plays
where user_id = $1 and kind = $2
group by item_id
order by last_watched_at desc, item_id

-- name: watched_shows
-- Shows with what was seen of them, most recently watched first; the arrays are parallel, one element for each
-- episode in the order of the show. $2: with the specials.
with seen as materialized (
    select title_id, item_id, count(*)::int as plays, max(watched_at) as last_at, max(created_at) as updated_at
    from plays
    where user_id = $1 and kind = 'episode'
    group by title_id, item_id
)
select
    seen.title_id, sum(seen.plays)::int as plays, max(seen.last_at) as last_watched_at,
    max(seen.updated_at) as last_updated_at, progress_resets.reset_at,
    array_agg(episodes.season order by episodes.season, episodes.number) as seasons,
    array_agg(episodes.number order by episodes.season, episodes.number) as numbers,
    array_agg(seen.plays order by episodes.season, episodes.number) as counts,
    array_agg(seen.last_at order by episodes.season, episodes.number) as dates
from seen
join episodes on episodes.id = seen.item_id
left join progress_resets on progress_resets.user_id = $1 and progress_resets.title_id = seen.title_id
where $2 or episodes.season > 0
group by seen.title_id, progress_resets.reset_at
order by last_watched_at desc, seen.title_id

-- name: aired_counts
-- How many episodes of shows have aired by $2, specials aside; all, where nobody knows any date.
select
    show_id,
    case
        when bool_or(first_aired is not null) then count(*) filter (where first_aired <= $2)
        else count(*)
    end::int as aired
from episodes
where show_id = any($1::bigint[]) and season > 0
group by show_id

-- name: dates_of_items
-- Every time that each film or episode was seen, newest first.
select plays.item_id, plays.title_id, array_agg(watched_at order by watched_at desc) as dates
from plays
where user_id = $1 and kind = $2
group by plays.item_id, plays.title_id

-- name: ids_of
-- What ids are shown for titles, seasons and episodes.
select id, ids from titles where id = any($1::bigint[])
union all
select id, ids from seasons where id = any($1::bigint[])
union all
select id, ids from episodes where id = any($1::bigint[])

-- name: season_places
-- The season of each of these episodes, by number and, where it is listed, by id.
select episodes.id, episodes.season, seasons.id as season_id
from episodes
left join seasons on seasons.show_id = episodes.show_id and seasons.number = episodes.season
where episodes.id = any($1::bigint[])
