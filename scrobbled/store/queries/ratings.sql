-- What users think of films, shows, seasons and episodes.

-- name: ratings
-- Of some kinds ($2) and of some numbers ($3; null = all), the newest first.
select item_id, rating, rated_at
from ratings
where user_id = $1 and kind = any($2::text[]) and ($3::int[] is null or rating = any($3))
order by rated_at desc, item_id
limit $4 offset $5

-- name: count_ratings
select count(*) from ratings
where user_id = $1 and kind = any($2::text[]) and ($3::int[] is null or rating = any($3))

-- name: rate
insert into ratings (user_id, item_id, title_id, kind, rating, rated_at, source)
select $1, item_id, title_id, kind, rating, rated_at, $7
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::timestamptz[])
    as given (item_id, title_id, kind, rating, rated_at)
order by item_id
on conflict (user_id, item_id) do update set
    rating = excluded.rating, rated_at = excluded.rated_at, source = excluded.source

-- name: unrate
delete from ratings where user_id = $1 and item_id = any($2::bigint[]) returning kind
