-- What a batch writes, and what is forgotten. Every statement takes the whole batch at
-- once: parallel arrays in, unnest in the query, never a row at a time.

-- name: insert_events
insert into events (
    user_id, id, occurred_at, received_at, source, action, item_ids,
    progress, runtime, outcome, reason, subject, score, by_hand
)
select
    user_id, id, occurred_at, received_at, source, action, string_to_array(item_ids, ',')::bigint[],
    progress, runtime, outcome, reason, subject, score, by_hand
from unnest(
    $1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
    $8::double precision[], $9::double precision[], $10::text[], $11::text[], $12::text[], $13::real[], $14::boolean[]
) as event (
    user_id, id, occurred_at, received_at, source, action, item_ids,
    progress, runtime, outcome, reason, subject, score, by_hand
)
-- What waited for a title, or was given up, is open: trying it again may end otherwise. So is
-- what was ignored, when it was read anew; it may say something else then.
on conflict (user_id, id) do update set
    occurred_at = excluded.occurred_at,
    source = excluded.source,
    action = excluded.action,
    item_ids = excluded.item_ids,
    progress = excluded.progress,
    runtime = excluded.runtime,
    outcome = excluded.outcome,
    reason = excluded.reason,
    subject = excluded.subject,
    score = excluded.score,
    by_hand = excluded.by_hand
where events.outcome in ('unmatched', 'dead', 'ignored')

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
-- What their user removed stays away.
insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)
select * from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[],
    $7::text[], $8::text[], $9::uuid[]
) as play (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)
where not exists (
    select from removed_plays where removed_plays.user_id = play.user_id and removed_plays.id = play.id
)
on conflict (user_id, id) do update set watched_at = excluded.watched_at, cause = excluded.cause

-- name: leave_watchlist
-- What was watched is not to be watched any more: a film, an episode with its season and its show.
with gone as (
    delete from list_items
    using unnest($1::bigint[], $2::bigint[], $3::bigint[]) as watched (user_id, title_id, item_id)
    where list_items.user_id = watched.user_id and list_items.list_id = 1
        and list_items.title_id = watched.title_id
        and (
            list_items.item_id in (watched.title_id, watched.item_id)
            or list_items.item_id in (
                select seasons.id
                from episodes
                join seasons on seasons.show_id = episodes.show_id and seasons.number = episodes.season
                where episodes.id = watched.item_id
            )
        )
    returning list_items.user_id, list_items.kind
), touched as (
    update lists set updated_at = now() where id = 1 and user_id in (select user_id from gone)
)
select distinct user_id, kind from gone

-- name: write_viewings
insert into playback (
    user_id, item_id, title_id, kind, last_event_at, viewing, counted, settled,
    position, last_play_at, progress, paused_at, unticked_at
)
select * from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[],
    $7::boolean[], $8::boolean[], $9::double precision[], $10::timestamptz[], $11::double precision[],
    $12::timestamptz[], $13::timestamptz[]
)
on conflict (user_id, item_id) do update set
    last_event_at = excluded.last_event_at,
    viewing = excluded.viewing,
    counted = excluded.counted,
    settled = excluded.settled,
    position = excluded.position,
    last_play_at = excluded.last_play_at,
    progress = excluded.progress,
    paused_at = excluded.paused_at,
    unticked_at = excluded.unticked_at

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
on conflict (user_id, event_id) do update set
    -- Read anew it may say something else.
    event = case when excluded.event ? 'replayed' then excluded.event - 'resolution' else unmatched.event end,
    occurred_at = case when excluded.event ? 'replayed' then excluded.occurred_at else unmatched.occurred_at end,
    candidates = excluded.candidates,
    tried_at = excluded.tried_at

-- name: record_dead
-- The outcome of an event that was given up; its bytes stay among the dead letters.
insert into events (user_id, id, occurred_at, received_at, source, action, outcome, reason)
values ($1, $2, $3, $4, $5, $6, 'dead', $7)
on conflict (user_id, id) do nothing

-- name: forget_unmatched
-- They have their title now.
delete from unmatched
using unnest($1::bigint[], $2::uuid[]) as found (user_id, event_id)
where unmatched.user_id = found.user_id and unmatched.event_id = found.event_id

-- name: forget_heartbeats
-- Heartbeats older than $1, at most $2 of them. What could not be read is none: nobody knows.
delete from events where (user_id, id) in (
    select user_id, id from events
    where received_at < $1 and action = 'progress'
        and coalesce(reason, '') not in ('unreadable', 'unknown_event')
    limit $2
)

-- name: forget_events
-- Events older than $1, at most $2 of them.
delete from events where (user_id, id) in (
    select user_id, id from events where received_at < $1 limit $2
)

-- name: forget_positions
-- Positions saved before $1.
update playback set progress = null, paused_at = null where paused_at < $1
