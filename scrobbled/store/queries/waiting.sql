-- Events that wait for a title, one by one and all together.

-- name: one
select event_id, event, candidates, occurred_at from unmatched where user_id = $1 and event_id = $2

-- name: owners
-- Whose event this is, waiting or applied: by the id alone, for the command line.
select users.id from users
where exists (select from unmatched where unmatched.user_id = users.id and unmatched.event_id = $1)
    or exists (select from events where events.user_id = users.id and events.id = $1)
limit 2

-- name: still
-- Which of these events of a user wait now.
select event_id from unmatched where user_id = $1 and event_id = any($2::uuid[])

-- name: clock
-- What a round may compare tried_at with: both are this server's time.
select clock_timestamp()

-- name: due
-- Events that were last tried before $1, the longest ago first.
select user_id, event_id, event from unmatched where tried_at < $1 order by tried_at limit $2

-- name: due_of
-- The same for some users.
select user_id, event_id, event from unmatched
where user_id = any($3::bigint[]) and tried_at < $1 order by tried_at limit $2

-- name: tried
-- They were looked up again; what they could be now.
update unmatched set tried_at = clock_timestamp(), candidates = coalesce(tried.candidates::jsonb, unmatched.candidates)
from unnest($1::bigint[], $2::uuid[], $3::text[]) as tried (user_id, event_id, candidates)
where unmatched.user_id = tried.user_id and unmatched.event_id = tried.event_id

-- name: make_due
-- All that a user has waiting is due, and the workers hear of it.
with made_due as (
    update unmatched set tried_at = '-infinity' where user_id = $1::bigint returning 1
)
select count(*), pg_notify('corrections_changed', ($1::bigint)::text) from made_due

-- name: place
-- What a show lists around an episode: whether it is listed, and the last season and the
-- last episode of its season that are surely there.
select
    coalesce(bool_or(episodes.season = $2 and episodes.number = $3), false) as listed,
    greatest(max(episodes.season) filter (where not episodes.provisional), max(titles.season_count))
        as last_season,
    max(episodes.number) filter (where not episodes.provisional and episodes.season = $2) as last_number
from titles
left join episodes on episodes.show_id = titles.id
where titles.id = $1
