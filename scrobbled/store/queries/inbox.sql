-- Accepted events that the stream could not take.

-- name: put
-- One write for all that piled up; the numbers follow the order of the arrays. Nothing is added to
-- $5 events, about: numbers of what is gone in between count too. Says how many there were, and were added.
with kept as (
    select coalesce(max(number) - min(number) + 1, 0) as events from inbox
), added as (
    insert into inbox (user_id, received_at, event, webhook)
    select user_id, received_at, event, nullif(webhook, ''::bytea)
    from unnest($1::bigint[], $2::timestamptz[], $3::bytea[], $4::bytea[]) with ordinality
        as came (user_id, received_at, event, webhook, place), kept
    where kept.events < $5
    order by place
    returning 1
)
select kept.events, (select count(*) from added) as added from kept

-- name: take
-- The oldest $3 of those received by the time that their partition (of $2) has in $1, null = not that
-- partition; and how often they were taken, this time included.
update inbox set tries = tries + 1
from (
    select user_id, number from inbox
    where received_at <= ($1::timestamptz[])[user_id % $2 + 1]
    order by number limit $3
) as oldest
where inbox.user_id = oldest.user_id and inbox.number = oldest.number
returning inbox.user_id, inbox.number, inbox.received_at, inbox.event, inbox.webhook, inbox.tries

-- name: some
-- Whether there is anything at all.
select exists (select from inbox)

-- name: remove
-- These are applied.
delete from inbox using unnest($1::bigint[], $2::bigint[]) as applied (user_id, number)
where inbox.user_id = applied.user_id and inbox.number = applied.number

-- name: gauges
-- How many wait, and for how many seconds the first of them has.
select
    (select count(*) from inbox) as depth,
    coalesce(greatest(extract(epoch from now() - (
        select received_at from inbox order by number limit 1
    )), 0), 0)::double precision as oldest
