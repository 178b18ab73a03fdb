-- Devices that wait for somebody to enter the code they show.

-- name: sweep
-- Devices that gave up a day ago.
delete from devices where expires_at < now() - interval '1 day'

-- name: add
-- Null when another one shows this code.
insert into devices (hash, user_code, client_id, agent, expires_at)
values ($1, $2, $3, $4, now() + make_interval(secs => $5))
on conflict (user_code) do nothing
returning user_code

-- name: poll
-- How far it is. The time of a poll that came too early is not noted, so that its client gets through.
with asked as (
    select hash, polled_at > now() - make_interval(secs => $2) as early from devices where hash = $1 for update
)

update devices set polled_at = case when asked.early then devices.polled_at else now() end
from asked
where devices.hash = asked.hash
returning
    devices.client_id, devices.state, devices.user_id, devices.expires_at <= now() as expired,
    coalesce(asked.early, false) as early

-- name: use
-- One poll wins; null for those who come too late.
update devices set state = 'used'
where hash = $1 and state = 'approved' and expires_at > now()
returning user_id

-- name: called
select user_code, client_id, agent, created_at, expires_at from devices
where user_code = $1 and state = 'pending' and expires_at > now()

-- name: waiting
select user_code, client_id, agent, created_at, expires_at from devices
where state = 'pending' and expires_at > now() order by created_at

-- name: decide
update devices set state = $3, user_id = $2
where user_code = $1 and state = 'pending' and expires_at > now()
returning user_code
