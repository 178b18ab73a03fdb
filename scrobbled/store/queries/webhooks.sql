-- Received webhooks. Written a batch at once; read a page, newest first.

-- name: keep
-- One that came twice is kept as it came first.
insert into webhooks (
    user_id, id, received_at, token_id, player, event, content_type, filters, body, size, truncated
)
select
    user_id, id, received_at, token_id, player, event::jsonb, content_type,
    filters::jsonb, body, size, truncated
from unnest(
    $1::bigint[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::bytea[], $10::integer[], $11::boolean[]
) as came (
    user_id, id, received_at, token_id, player, event, content_type, filters, body, size, truncated
)
on conflict (user_id, id) do nothing

-- name: heard
-- When something last came by these connections; not to the second, so that a stream of
-- heartbeats does not rewrite the row with each.
update tokens set last_event_at = heard.at
from (
    select id, max(at) as at from unnest($1::bigint[], $2::timestamptz[]) as came (id, at) group by id
) as heard
where tokens.id = heard.id
    and (tokens.last_event_at is null or tokens.last_event_at < heard.at - interval '5 seconds')

-- name: read_anew
-- What they are read as now.
update webhooks set event = anew.event::jsonb
from unnest($1::bigint[], $2::uuid[], $3::text[]) as anew (user_id, id, event)
where webhooks.user_id = anew.user_id and webhooks.id = anew.id

-- name: page
-- A user's webhooks that come after ($2, $3), newest first. Those whose outcome is not known yet,
-- or no more, have none.
select
    webhooks.id, webhooks.received_at, webhooks.token_id, webhooks.player, webhooks.event,
    webhooks.size, events.outcome, events.reason
from webhooks
left join events on events.user_id = webhooks.user_id and events.id = webhooks.id
where webhooks.user_id = $1 and (webhooks.received_at, webhooks.id) < ($2, $3)
    and webhooks.received_at >= $4
    and ($5::text is null or webhooks.event ->> 'source' = $5)
    and ($6::text is null or events.outcome = $6)
order by webhooks.received_at desc, webhooks.id desc
limit $7

-- name: one
select
    webhooks.id, webhooks.received_at, webhooks.token_id, webhooks.player, webhooks.event,
    webhooks.content_type, webhooks.filters, webhooks.body, webhooks.size, webhooks.truncated,
    events.outcome, events.reason, events.item_ids
from webhooks
left join events on events.user_id = webhooks.user_id and events.id = webhooks.id
where webhooks.user_id = $1 and webhooks.id = $2

-- name: owners
-- Whose webhook this is: by the id alone, for the command line.
select users.id from users
where exists (select from webhooks where webhooks.user_id = users.id and webhooks.id = $1)
limit 2

-- name: missed
-- What did not count and could be read again, oldest first, after ($2, $3): the page of a replay.
select
    webhooks.id, webhooks.received_at, webhooks.token_id, webhooks.player, webhooks.event,
    webhooks.content_type, webhooks.filters, webhooks.body, webhooks.size, webhooks.truncated,
    events.outcome, events.reason, events.item_ids
from webhooks
join events on events.user_id = webhooks.user_id and events.id = webhooks.id
where webhooks.user_id = $1 and (webhooks.received_at, webhooks.id) > ($2, $3)
    and events.outcome = any($4::text[])
    and ($5::text is null or webhooks.event ->> 'source' = $5)
    and webhooks.body is not null and not webhooks.truncated
order by webhooks.received_at, webhooks.id
limit $6

-- name: forget_old
-- Webhooks received before $1, at most $2 of them.
delete from webhooks where (user_id, id) in (
    select user_id, id from webhooks where received_at < $1 limit $2
)

-- name: forget_heartbeats
-- The same for heartbeats, which say the same over and over; what could not be read is none.
delete from webhooks where (user_id, id) in (
    select user_id, id from webhooks
    where received_at < $1 and event ->> 'action' = 'progress'
        and coalesce(event ->> 'ignored', '') not in ('unreadable', 'unknown_event')
    limit $2
)

-- name: forget_large
-- What is older than the newest $1 bytes of its user, at most $2 rows.
delete from webhooks where (user_id, id) in (
    select user_id, id
    from (
        select user_id, id, sum(kept) over (partition by user_id order by received_at desc, id desc) as taken
        from (
            select user_id, id, received_at, coalesce(octet_length(body), 0) + $3::bigint as kept from webhooks
        ) as each
    ) as counted
    where taken > $1 limit $2
)
