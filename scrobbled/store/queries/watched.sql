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
-- episode that was seen in the order of the show. $2: with the specials. *aired* is how many episodes have by $3,
-- specials aside; all, where nobody knows any date. Episodes are read show by show (offset 0 sees to that): a
-- catalogue has millions, and reading them one by one, or all, takes longer.
with seen as materialized (
    select title_id, item_id, count(*)::int as plays, max(watched_at) as last_at, max(created_at) as updated_at
    from plays
    where user_id = $1 and kind = 'episode'
    group by title_id, item_id
), parts as materialized (
    select shows.title_id, inside.*
    from (select distinct title_id from seen) as shows
    cross join lateral (
        select id, season, number, first_aired
        from episodes
        where episodes.show_id = shows.title_id and ($2 or season > 0)
        offset 0
    ) as inside
)
select
    parts.title_id, sum(seen.plays)::int as plays, max(seen.last_at) as last_watched_at,
    max(seen.updated_at) as last_updated_at, progress_resets.reset_at,
    case
        when count(first_aired) filter (where season > 0) > 0
        then count(*) filter (where season > 0 and first_aired <= $3)
        else count(*) filter (where season > 0)
    end::int as aired,
    array_agg(season order by season, number) filter (where seen.plays > 0) as seasons,
    array_agg(number order by season, number) filter (where seen.plays > 0) as numbers,
    array_agg(seen.plays order by season, number) filter (where seen.plays > 0) as counts,
    array_agg(seen.last_at order by season, number) filter (where seen.plays > 0) as dates
from parts
left join seen on seen.item_id = parts.id
left join progress_resets on progress_resets.user_id = $1 and progress_resets.title_id = parts.title_id
group by parts.title_id, progress_resets.reset_at
having sum(seen.plays) > 0
order by last_watched_at desc, parts.title_id

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
