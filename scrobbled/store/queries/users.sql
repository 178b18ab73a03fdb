-- Users and their tokens.

-- name: by_token
-- Whom a token stands for; nobody when it was revoked.
select users.id as user_id, tokens.id as token_id, users.name, tokens.scopes, tokens.shared
from tokens
join users on users.id = tokens.user_id
where tokens.hash = $1 and tokens.revoked_at is null

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

-- name: everybody
select id, name, created_at, watched_threshold, lost_stop from users order by id

-- name: any_user
select exists (select from users)

-- name: lock_first_user
select pg_advisory_xact_lock(7274663)

-- name: active_tokens
select id, label, scopes, created_at, last_used_at, last_event_at
from tokens where user_id = $1 and revoked_at is null order by id

-- name: lock_user
select id from users where id = $1 for update

-- name: add_token
insert into tokens (user_id, hash, label, scopes, shared) values ($1, $2, $3, $4, $5) returning id, created_at

-- name: revoke_token
update tokens set revoked_at = now() where user_id = $1 and id = $2 and revoked_at is null returning id

-- name: set_rules
-- A user's own rules; null = the server's.
update users set watched_threshold = $2, lost_stop = $3 where id = $1

-- name: some_users
-- The first users there are.
select id, name, created_at, watched_threshold, lost_stop from users order by id limit $1
