-- What people and their apps read. Each is one range of one index.

-- name: history
-- A page of a history, newest first, that continues after ($2, $3): one range of
-- plays_newest alone. What the planner cannot see in its select tempts it to no plan for one user alone:
-- that is made anew each time, and takes as long as the page.
select id, item_id, kind, watched_at, cause, source, event_id
from plays
where user_id = (select $1::bigint) and (watched_at, id) < ($2, $3) and watched_at >= $4
    and ($5::text is null or kind = $5)
order by watched_at desc, id desc
limit (select $6::bigint) offset (select $7::bigint)

-- name: history_of_titles
-- The same for some films or shows, one range of plays_of_title for each. The planner
-- knows nothing of one user's many plays and would read them all from plays_newest:
-- created_at, which that index lacks, and coalesce, which hides the span, keep it away.
select page.*
from unnest((select $8::bigint[])) as asked (title_id)
cross join lateral (
    select id, item_id, kind, watched_at, cause, source, event_id, created_at
    from plays
    where user_id = (select $1::bigint) and plays.title_id = asked.title_id
        and coalesce((watched_at, id) < ($2, $3) and watched_at >= $4, false)
        and ($5::text is null or kind = $5)
    order by watched_at desc, id desc
    limit (select $6::bigint + $7::bigint)
) as page
order by page.watched_at desc, page.id desc
limit (select $6::bigint) offset (select $7::bigint)

-- name: history_of_items
-- The same for some films or episodes, from plays_of_item.
select page.*
from unnest((select $8::bigint[])) as asked (item_id)
cross join lateral (
    select id, plays.item_id, kind, watched_at, cause, source, event_id, created_at
    from plays
    where user_id = (select $1::bigint) and plays.item_id = asked.item_id
        and coalesce((watched_at, id) < ($2, $3) and watched_at >= $4, false)
        and ($5::text is null or kind = $5)
    order by watched_at desc, id desc
    limit (select $6::bigint + $7::bigint)
) as page
order by page.watched_at desc, page.id desc
limit (select $6::bigint) offset (select $7::bigint)

-- name: count_history
-- How many plays there are from $3 to before $2, for protocols that count pages.
select count(*) from plays
where user_id = $1 and watched_at < $2 and watched_at >= $3 and ($4::text is null or kind = $4)

-- name: count_history_of_titles
select coalesce(sum((
    select count(created_at) from plays
    where user_id = $1 and plays.title_id = asked.title_id
        and coalesce(watched_at < $2 and watched_at >= $3, false) and ($4::text is null or kind = $4)
)), 0)::bigint
from unnest($5::bigint[]) as asked (title_id)

-- name: count_history_of_items
select coalesce(sum((
    select count(created_at) from plays
    where user_id = $1 and plays.item_id = asked.item_id
        and coalesce(watched_at < $2 and watched_at >= $3, false) and ($4::text is null or kind = $4)
)), 0)::bigint
from unnest($5::bigint[]) as asked (item_id)

-- name: names_in_history
-- All names of the titles in a history.
with played as materialized (
    select distinct title_id from plays where user_id = $1
)
select titles.id as title_id, titles.name from played join titles on titles.id = played.title_id
union all
select title_names.title_id, title_names.name from played join title_names using (title_id)

-- name: played_titles
-- Those of the titles in a history that fit the filters $2.
with played as materialized (
    select distinct title_id from plays where user_id = $1
)
select titles.id from played join titles on titles.id = played.title_id where fits(titles, $2)

-- name: entity_named
-- What Trakt's clients call $2 ($3 where it is a number): by Trakt's id before ours.
select id from (
    select entity_id as id, 1 as rank from external_ids where kind = $1 and source = 'trakt' and value = $2
    union all
    select entity_id, 2 from external_ids where kind = $1 and source = 'imdb' and value = $2
    union all
    select id, 3 from titles where kind = $1 and slug = $2
    union all
    select id, 4 from titles where kind = $1 and id = $3::bigint
    union all
    select id, 4 from episodes where $1 = 'episode' and id = $3
    union all
    select id, 4 from seasons where $1 = 'season' and id = $3
) as found
order by rank
limit 1

-- name: episodes_of_season
select episodes.id
from seasons
join episodes on episodes.show_id = seasons.show_id and episodes.season = seasons.number
where seasons.id = $1

-- name: saved_positions
-- What can be continued, most recently paused first.
select item_id, progress, paused_at
from playback
where user_id = $1 and paused_at is not null and paused_at < $2 and paused_at >= $3
    and ($4::text is null or kind = $4)
    and ($7::jsonb = '{}' or exists (select from titles where titles.id = playback.title_id and fits(titles, $7)))
order by paused_at desc, item_id
offset $5 limit $6

-- name: count_positions
select count(*) from playback
where user_id = $1 and paused_at is not null and paused_at < $2 and paused_at >= $3
    and ($4::text is null or kind = $4)
    and ($5::jsonb = '{}' or exists (select from titles where titles.id = playback.title_id and fits(titles, $5)))

-- name: forget_position
update playback set progress = null, paused_at = null
where user_id = $1 and item_id = $2 and paused_at is not null
returning kind

-- name: watching
-- What is on at $2: what has run out is over, though no worker may have noted it yet.
select
    viewers.item_ids, viewers.action, viewers.source, viewers.event_id, viewers.started_at,
    viewers.expires_at, playback.position as progress
from viewers
left join playback on playback.user_id = viewers.user_id and playback.item_id = viewers.item_ids[1]
where viewers.user_id = $1 and viewers.item_ids is not null and viewers.expires_at > $2

-- name: unmatched
-- Events that wait for a title, newest first.
select event_id, event, candidates, occurred_at
from unmatched
where user_id = $1 and (occurred_at, event_id) < ($2, $3)
order by occurred_at desc, event_id desc
limit $4

-- name: event
select id, occurred_at, received_at, source, action, item_ids, progress, outcome, reason, subject, score
from events where user_id = $1 and id = $2

-- name: plays_of_event
-- The plays an event made of its items, in their order.
select plays.id
from unnest($3::bigint[]) with ordinality as asked (item_id, position)
join plays on plays.user_id = $1 and plays.item_id = asked.item_id and plays.event_id = $2
order by asked.position
