-- What a batch reads. Every statement takes the whole batch at once:
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
    playback.last_event_at, playback.last_play_at, playback.progress, playback.paused_at, playback.unticked_at
from unnest($1::bigint[], $2::bigint[]) as asked (user_id, item_id)
join playback on playback.user_id = asked.user_id and playback.item_id = asked.item_id

-- name: recent_events
-- Everything the rules were told about these users and is still kept.
select user_id, id, occurred_at, action, item_ids, progress, runtime, source, by_hand, outcome, reason
from events
where user_id = any($1::bigint[]) and (item_ids <> '{}' or action = 'cancel_checkin')

-- name: plays_of_items
-- The plays of these items, whatever made them.
select plays.user_id, plays.id, plays.item_id, plays.watched_at, plays.cause, plays.event_id, plays.created_at
from unnest($1::bigint[], $2::bigint[]) as asked (user_id, item_id)
join plays on plays.user_id = asked.user_id and plays.item_id = asked.item_id

-- name: removed_plays
-- The plays that these users took out of their histories.
select user_id, id, item_id, watched_at, cause, event_id, created_at, removed_at
from removed_plays where user_id = any($1::bigint[])

-- name: expired
-- Users whose watching has run out, in the partitions a worker holds.
select user_id from viewers
where expires_at <= $1 and user_id % $2 = any($3::bigint[])
order by expires_at
limit $4
