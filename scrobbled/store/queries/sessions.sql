-- Passwords, browsers that are signed in, and sign-ins that failed.

-- name: credentials
-- Who a name is, and their password; a user may have none.
select users.id as user_id, users.name, passwords.hash
from users
left join passwords on passwords.user_id = users.id
where lower(users.name) = lower($1)

-- name: set_password
-- Whoever is signed in with the old one is signed out.
with signed_out as (delete from sessions where user_id = $1)

insert into passwords (user_id, hash) values ($1, $2)
on conflict (user_id) do update set hash = excluded.hash, changed_at = now()

-- name: sweep_sessions
delete from sessions where expires_at < now()

-- name: add_session
insert into sessions (user_id, hash, expires_at) values ($1, $2, now() + make_interval(secs => $3))

-- name: session
select users.id as user_id, users.name
from sessions
join users on users.id = sessions.user_id
where sessions.hash = $1 and sessions.expires_at > now()

-- name: end_session
delete from sessions where hash = $1

-- name: sweep_failures
delete from failed_sign_ins where since < now() - make_interval(secs => $1)

-- name: attempt
-- Count a sign-in before its password is looked at, so that many at once are counted too: the
-- failures of a name, an address or both, this one included, and seconds until they are forgotten.
insert into failed_sign_ins as failed (about, failures) values ($1, 1)
on conflict (about) do update set
    failures = case when failed.since < now() - make_interval(secs => $2) then 1 else failed.failures + 1 end,
    since = case when failed.since < now() - make_interval(secs => $2) then now() else failed.since end
returning failures, ceil(extract(epoch from since - now()) + $2)::integer as seconds

-- name: no_failure
-- What was counted last was none.
update failed_sign_ins set failures = failures - 1 where about = $1

-- name: forget_failures
delete from failed_sign_ins where about = any($1::bytea[])
