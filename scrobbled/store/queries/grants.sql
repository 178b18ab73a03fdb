-- Apps that users let in, and what they hold: codes, access tokens, refresh tokens.

-- name: sweep_codes
-- Codes nobody came for.
delete from authorization_codes where expires_at < now() - interval '1 day'

-- name: add_code
insert into authorization_codes (user_id, hash, app_id, redirect_uri, challenge, expires_at)
values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))

-- name: code
select
    codes.user_id, codes.app_id, codes.redirect_uri, codes.challenge, codes.grant_id,
    codes.expires_at <= now() as expired
from authorization_codes as codes
where codes.hash = $1

-- name: redeem_code
-- One exchange wins; null for those who come too late.
update authorization_codes set grant_id = $3
where user_id = $1 and hash = $2 and grant_id is null and expires_at > now()
returning grant_id

-- name: add_grant
insert into grants (user_id, id, app_id, proven) values ($1, $2, $3, $4)

-- name: end_surplus
-- The sign-ins of an app beyond so many: those whose tokens were not used for longest.
with used as (
    select grants.id, max(greatest(grants.created_at, tokens.created_at, tokens.last_used_at)) as at
    from grants
    left join tokens on tokens.user_id = grants.user_id and tokens.grant_id = grants.id
    where grants.user_id = $1 and grants.app_id = $2 and grants.revoked_at is null
    group by grants.id
),

surplus as (select id from used order by at desc offset $3),

gone as (
    update tokens set revoked_at = now()
    from surplus
    where tokens.user_id = $1 and tokens.grant_id = surplus.id and tokens.revoked_at is null
)

update grants set revoked_at = now() from surplus where grants.user_id = $1 and grants.id = surplus.id

-- name: held
-- The sign-ins that have not ended, the last used first: an access token that ran out can be renewed.
select grants.id, apps.name as app, apps.client_id, apps.registered, grants.created_at,
    max(tokens.last_used_at) as last_used_at
from grants
join apps on apps.id = grants.app_id
left join tokens on tokens.user_id = grants.user_id and tokens.grant_id = grants.id
where grants.user_id = $1 and grants.revoked_at is null
group by grants.user_id, grants.id, apps.id
order by coalesce(max(tokens.last_used_at), grants.created_at) desc, grants.id
limit $2

-- name: add_tokens
-- An access token and the refresh token that follows it.
with renewing as (
    insert into refresh_tokens (user_id, hash, grant_id) values ($1, $4, $3)
)

insert into tokens (user_id, hash, grant_id, label, scopes, expires_at)
values ($1, $2, $3, $5, $6, now() + make_interval(secs => $7))
returning created_at

-- name: refresh_token
select
    refresh_tokens.user_id, refresh_tokens.grant_id, refresh_tokens.used_at is not null as used,
    grants.app_id, grants.proven, grants.revoked_at is not null as revoked, apps.client_id
from refresh_tokens
join grants on grants.user_id = refresh_tokens.user_id and grants.id = refresh_tokens.grant_id
join apps on apps.id = grants.app_id
where refresh_tokens.hash = $1

-- name: use_refresh_token
-- One renewal wins; null for those who come too late.
update refresh_tokens set used_at = now()
from grants
where
    refresh_tokens.user_id = $1 and refresh_tokens.hash = $2 and used_at is null
    and grants.user_id = $1 and grants.id = refresh_tokens.grant_id and grants.revoked_at is null
returning refresh_tokens.grant_id

-- name: drop_access_tokens
-- What a renewal replaces.
delete from tokens where user_id = $1 and grant_id = $2 returning id

-- name: drop_used
-- Refresh tokens that were used so long ago that nobody waits for them any more.
delete from refresh_tokens where user_id = $1 and grant_id = $2 and used_at < now() - interval '60 days'

-- name: revoke
-- End a sign-in with all its tokens; the access tokens that were good until now.
with ended as (
    update grants set revoked_at = now() where user_id = $1 and id = $2 and revoked_at is null
)

update tokens set revoked_at = now()
where user_id = $1 and grant_id = $2 and revoked_at is null
returning id

-- name: holder
-- Whose access or refresh token this is, and which app's.
select tokens.user_id, tokens.grant_id, apps.client_id
from tokens
join grants on grants.user_id = tokens.user_id and grants.id = tokens.grant_id
join apps on apps.id = grants.app_id
where tokens.hash = $1
union all
select refresh_tokens.user_id, refresh_tokens.grant_id, apps.client_id
from refresh_tokens
join grants on grants.user_id = refresh_tokens.user_id and grants.id = refresh_tokens.grant_id
join apps on apps.id = grants.app_id
where refresh_tokens.hash = $1

-- name: lock_user
select id from users where id = $1 for update
