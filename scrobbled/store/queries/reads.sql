-- What people and their apps read. Each is one range of one index.

-- name: history
-- A page of a history, newest first, that continues after ($2, $3).
select id, item_id, kind, watched_at, cause, source, event_id
from plays
where user_id = $1 and (watched_at, id) < ($2, $3) and watched_at >= $4
    and ($5::text is null or kind = $5)
order by watched_at desc, id desc
limit $6

-- name: history_of_titles
-- The same for some films or shows.
select id, item_id, kind, watched_at, cause, source, event_id
from plays
where user_id = $1 and (watched_at, id) < ($2, $3) and watched_at >= $4
    and ($5::text is null or kind = $5) and title_id = any($7::bigint[])
order by watched_at desc, id desc
limit $6

-- name: history_of_item
-- The same for one film or episode.
select id, item_id, kind, watched_at, cause, source, event_id
from plays
where user_id = $1 and (watched_at, id) < ($2, $3) and watched_at >= $4
    and ($5::text is null or kind = $5) and item_id = any($7::bigint[])
order by watched_at desc, id desc
limit $6

-- name: history_page
-- Page $5 (from 0) of $6 entries, for protocols that count pages.
select id, item_id, kind, watched_at, cause, source, event_id
from plays
where user_id = $1 and watched_at < $2 and watched_at >= $3 and ($4::text is null or kind = $4)
    and ($7::bigint is null or title_id = $7 or item_id = $7)
order by watched_at desc, id desc
offset $5 limit $6

-- name: history_count
select count(*) from plays
where user_id = $1 and watched_at < $2 and watched_at >= $3 and ($4::text is null or kind = $4)
    and ($5::bigint is null or title_id = $5 or item_id = $5)

-- name: titles_called
-- Titles of that name, in the matcher's spelling.
select title_id from title_names where normalized = $1 limit 100

-- name: saved_positions
-- What can be continued, most recently paused first.
select id, item_id, kind, progress, paused_at
from playback
where user_id = $1 and paused_at is not null and paused_at < $2 and paused_at >= $3
    and ($4::text is null or kind = $4)
order by paused_at desc
offset $5 limit $6

-- name: count_positions
select count(*) from playback
where user_id = $1 and paused_at is not null and paused_at < $2 and paused_at >= $3
    and ($4::text is null or kind = $4)

-- name: forget_position
update playback set progress = null, paused_at = null
where user_id = $1 and id = $2 and paused_at is not null
returning id

-- name: watching
select item_ids, action, source, started_at, expires_at
from viewers where user_id = $1 and item_ids is not null and expires_at > $2

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
select id from plays
where user_id = $1 and item_id = any($3::bigint[]) and event_id = $2
order by item_id
