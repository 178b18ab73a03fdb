-- Ratings that came as events. Every statement takes the whole batch at once.

-- name: rate
-- The newest by its time stands; a null takes the rating away. Nothing is known of a rating that
-- was taken away but its event, so that is asked whether a newer one came first.
with said as materialized (
    select * from unnest(
        $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[],
        $8::uuid[]
    ) as said (user_id, item_id, title_id, kind, rating, rated_at, source, event_id)
    where not exists (
        select from events
        where events.user_id = said.user_id and events.occurred_at >= said.rated_at
            and (events.occurred_at, events.id) > (said.rated_at, said.event_id)
            and events.action = 'rate' and said.item_id = any(events.item_ids)
    )
), gone as (
    delete from ratings using said
    where said.rating is null and ratings.user_id = said.user_id and ratings.item_id = said.item_id
        and ratings.rated_at <= said.rated_at
)
insert into ratings (user_id, item_id, title_id, kind, rating, rated_at, source)
select user_id, item_id, title_id, kind, rating, rated_at, source
from said where rating is not null
on conflict (user_id, item_id) do update set
    rating = excluded.rating, rated_at = excluded.rated_at, source = excluded.source
where ratings.rated_at <= excluded.rated_at
