-- What people ticked by hand, each action as one.

-- name: actions
-- Ticks of one film or show from one player that came within $2 of each other are one action, named
-- by its first event. Only what is in the history still.
with ticks as (
    select
        events.id, events.source, events.received_at,
        plays.title_id, plays.id as play_id, plays.item_id, plays.watched_at
    from events
    cross join lateral unnest(events.item_ids) as item (id)
    join plays on plays.user_id = events.user_id and plays.item_id = item.id and plays.event_id = events.id
    where events.user_id = $1 and events.by_hand and events.action = 'watched'
), marked as (
    select *, coalesce(received_at - lag(received_at) over one_title > $2, true) as begins
    from ticks
    window one_title as (partition by source, title_id order by received_at, id, item_id)
), numbered as (
    select *, count(*) filter (where begins) over one_title as number
    from marked
    window one_title as (partition by source, title_id order by received_at, id, item_id)
)
select
    (array_agg(id order by received_at, id))[1] as id, source, title_id, min(received_at) as made_at,
    array_agg(id order by received_at, id, item_id) as event_ids,
    array_agg(play_id order by received_at, id, item_id) as play_ids,
    array_agg(item_id order by received_at, id, item_id) as item_ids,
    array_agg(watched_at order by received_at, id, item_id) as watched_at
from numbered
where $3::uuid is null or (source, title_id) in (select source, title_id from ticks where id = $3)
group by source, title_id, number
having $3::uuid is null or $3 = any(array_agg(id))
order by made_at desc, id desc
limit $4
