-- Users and their tokens.

-- name: by_token
-- Whom a token stands for, and for how many seconds more; nobody when it was revoked or ran out.
select
    users.id as user_id, tokens.id as token_id, users.name, tokens.scopes, tokens.shared,
    extract(epoch from tokens.expires_at - now())::double precision as seconds_left
from tokens
join users on users.id = tokens.user_id
where tokens.hash = $1 and tokens.revoked_at is null and (tokens.expires_at is null or tokens.expires_at > now())

-- name: touch
-- These tokens were used just now.
update tokens set last_used_at = now()
from unnest($1::bigint[], $2::bigint[]) as used (user_id, id)
where tokens.user_id = used.user_id and tokens.id = used.id

-- name: add_user
-- With an address of its own: the name's letters, and a number where somebody has that one.
insert into users (name, slug)
select $1, case
    when plain = any($2::text[]) or exists (select from users where slug = plain)
    then plain || '-' || (select coalesce(max(id), 0) + 1 from users)
    else plain
end
from (
    select coalesce(nullif(trim('-' from regexp_replace(lower($1), '[^a-z0-9]+', '-', 'g')), ''), 'user') as plain
) as called
on conflict do nothing
returning id

-- name: user_by_name
select id, name, created_at, watched_threshold, lost_stop from users where lower(name) = lower($1)

-- name: user_by_id
select id, name, created_at, watched_threshold, lost_stop from users where id = $1

-- name: with_slug
select id, name, slug, private, created_at, profile from users where slug = $1

-- name: profile
select id, name, slug, private, created_at, profile from users where id = $1

-- name: set_profile
-- $2: null = as private as before.
update users set private = coalesce($2, private), profile = $3 where id = $1

-- name: everybody
select id, name, created_at, watched_threshold, lost_stop from users order by id

-- name: users_after
-- A page of all users.
select id, name, created_at, watched_threshold, lost_stop from users where id > $1 order by id limit $2

-- name: any_user
select exists (select from users)

-- name: lock_first_user
select pg_advisory_xact_lock(7274663)

-- name: active_tokens
select id, label, scopes, created_at, last_used_at, last_event_at
from tokens
where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())
order by id

-- name: own_tokens
-- How many tokens a user holds, without those of apps they let in.
select count(*) from tokens where user_id = $1 and revoked_at is null and grant_id is null

-- name: lock_user
select id from users where id = $1 for update

-- name: add_token
insert into tokens (user_id, hash, label, scopes, shared) values ($1, $2, $3, $4, $5) returning id, created_at

-- name: revoke_token
-- With that of an app ends what the app was let in with.
with ended as (
    update grants set revoked_at = now()
    from tokens
    where tokens.user_id = $1 and tokens.id = $2 and grants.user_id = $1 and grants.id = tokens.grant_id
)

update tokens set revoked_at = now() where user_id = $1 and id = $2 and revoked_at is null returning id

-- name: set_rules
-- A user's own rules; null = the server's.
update users set watched_threshold = $2, lost_stop = $3 where id = $1

-- name: some_users
-- The first users there are.
select id, name, created_at, watched_threshold, lost_stop from users order by id limit $1
