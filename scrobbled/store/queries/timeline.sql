-- What a batch reads and writes. Every statement takes the whole batch at once:
-- parallel arrays in, unnest in the query, never a row at a time.

-- name: lock_users
-- One worker at a time decides about a user. Sorted, so that two batches that
-- share users wait for each other instead of deadlocking.
select pg_advisory_xact_lock(7274662, key)
from (select distinct hashint8(id) as key from unnest($1::bigint[]) as id order by key) as keys

-- name: known_events
-- Those of a batch's events that were applied already.
select event.id, event.outcome, event.reason, event.progress, event.item_ids
from unnest($1::bigint[], $2::uuid[]) as asked (user_id, id)
join events as event on event.user_id = asked.user_id and event.id = asked.id

-- name: viewers
-- The users themselves, their own rules, and what they are watching.
select
    users.id, users.watched_threshold, users.lost_stop,
    viewers.applied_to, viewers.item_ids, viewers.action, viewers.event_id,
    viewers.source, viewers.started_at, viewers.expires_at
from users
left join viewers on viewers.user_id = users.id
where users.id = any($1::bigint[])

-- name: viewings
-- Where the viewings of these items stand.
select
    playback.user_id, playback.item_id, playback.title_id, playback.kind,
    playback.viewing, playback.counted, playback.settled, playback.position,
    playback.last_event_at, playback.last_play_at, playback.progress, playback.paused_at
from unnest($1::bigint[], $2::bigint[]) as asked (user_id, item_id)
join playback on playback.user_id = asked.user_id and playback.item_id = asked.item_id

-- name: recent_events
-- Everything the rules were told about these users and is still kept.
select user_id, id, occurred_at, action, item_ids, progress, runtime, source, outcome, reason
from events
where user_id = any($1::bigint[]) and (item_ids <> '{}' or action = 'cancel_checkin')

-- name: plays_of_items
-- The plays of these items, whatever made them.
select plays.user_id, plays.id, plays.item_id, plays.watched_at, plays.cause, plays.event_id
from unnest($1::bigint[], $2::bigint[]) as asked (user_id, item_id)
join plays on plays.user_id = asked.user_id and plays.item_id = asked.item_id

-- name: expired
-- Users whose watching has run out, in the partitions a worker holds.
select user_id from viewers
where expires_at <= $1 and user_id % $2 = any($3::bigint[])
order by expires_at
limit $4

-- name: insert_events
insert into events (
    user_id, id, occurred_at, received_at, source, action, item_ids,
    progress, runtime, outcome, reason, subject, score
)
select
    user_id, id, occurred_at, received_at, source, action, string_to_array(item_ids, ',')::bigint[],
    progress, runtime, outcome, reason, subject, score
from unnest(
    $1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
    $8::double precision[], $9::double precision[], $10::text[], $11::text[], $12::text[], $13::real[]
) as event (
    user_id, id, occurred_at, received_at, source, action, item_ids,
    progress, runtime, outcome, reason, subject, score
)
on conflict (user_id, id) do nothing

-- name: update_outcomes
-- Verdicts that a late event changed.
update events set outcome = changed.outcome, reason = changed.reason
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[]) as changed (user_id, id, outcome, reason)
where events.user_id = changed.user_id and events.id = changed.id

-- name: delete_plays
delete from plays
using unnest($1::bigint[], $2::bigint[]) as gone (user_id, id)
where plays.user_id = gone.user_id and plays.id = gone.id

-- name: insert_plays
insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)
select * from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[],
    $7::text[], $8::text[], $9::uuid[]
)
on conflict (user_id, id) do update set watched_at = excluded.watched_at, cause = excluded.cause

-- name: leave_watchlist
-- A title that was watched is not one to be watched any more.
delete from watchlist
using unnest($1::bigint[], $2::bigint[]) as watched (user_id, title_id)
where watchlist.user_id = watched.user_id and watchlist.title_id = watched.title_id

-- name: write_viewings
insert into playback (
    user_id, item_id, title_id, kind, id, last_event_at, viewing, counted, settled,
    position, last_play_at, progress, paused_at
)
select * from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[],
    $8::boolean[], $9::boolean[], $10::double precision[], $11::timestamptz[], $12::double precision[],
    $13::timestamptz[]
)
on conflict (user_id, item_id) do update set
    last_event_at = excluded.last_event_at,
    viewing = excluded.viewing,
    counted = excluded.counted,
    settled = excluded.settled,
    position = excluded.position,
    last_play_at = excluded.last_play_at,
    progress = excluded.progress,
    paused_at = excluded.paused_at

-- name: forget_viewings
-- Items of which, told again, nothing is left.
delete from playback
using unnest($1::bigint[], $2::bigint[]) as gone (user_id, item_id)
where playback.user_id = gone.user_id and playback.item_id = gone.item_id

-- name: write_viewers
insert into viewers (
    user_id, applied_to, item_ids, action, event_id, source, started_at, expires_at
)
select
    user_id, applied_to, string_to_array(item_ids, ',')::bigint[], action, event_id, source,
    started_at, expires_at
from unnest(
    $1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::text[],
    $7::timestamptz[], $8::timestamptz[]
) as viewer (user_id, applied_to, item_ids, action, event_id, source, started_at, expires_at)
on conflict (user_id) do update set
    applied_to = excluded.applied_to,
    item_ids = excluded.item_ids,
    action = excluded.action,
    event_id = excluded.event_id,
    source = excluded.source,
    started_at = excluded.started_at,
    expires_at = excluded.expires_at

-- name: keep_unmatched
insert into unmatched (user_id, event_id, event, candidates, occurred_at)
select user_id, event_id, event::jsonb, candidates::jsonb, occurred_at
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
    as waiting (user_id, event_id, event, candidates, occurred_at)
on conflict (user_id, event_id) do nothing

-- name: record_dead
-- The outcome of an event that was given up; its bytes stay among the dead letters.
insert into events (user_id, id, occurred_at, received_at, source, action, outcome, reason)
values ($1, $2, $3, $4, $5, $6, 'dead', $7)
on conflict (user_id, id) do nothing

-- name: forget_dead
-- The event is tried again, so its outcome is open again.
delete from events where user_id = $1 and id = $2 and outcome = 'dead'

-- name: forget_heartbeats
-- Heartbeats older than $1, at most $2 of them.
delete from events where (user_id, id) in (
    select user_id, id from events where received_at < $1 and action = 'progress' limit $2
)

-- name: forget_events
-- Events older than $1, at most $2 of them.
delete from events where (user_id, id) in (
    select user_id, id from events where received_at < $1 limit $2
)

-- name: forget_positions
-- Positions saved before $1.
update playback set progress = null, paused_at = null where paused_at < $1
