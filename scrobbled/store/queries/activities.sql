-- When users last changed what.

-- name: moved
-- These have changed just now. Clients see whole seconds, so what changes twice in one, or in the one in which
-- the user was added, is moved on by one.
insert into activities (user_id, what, at)
select user_id, what, greatest(clock_timestamp(), date_trunc('second', users.created_at) + interval '1 second')
from unnest($1::bigint[], $2::text[]) as changed (user_id, what)
join users on users.id = changed.user_id
order by user_id, what
on conflict (user_id, what) do update set
    at = greatest(excluded.at, date_trunc('second', activities.at) + interval '1 second')

-- name: activities
select null as what, created_at as at from users where id = $1
union all
select what, at from activities where user_id = $1
