-- Apps that may ask people to let them in.

-- name: find
select id, client_id, name, secret, redirect_uris, registered, created_at from apps where client_id = $1

-- name: register
insert into apps (client_id, name, secret, redirect_uris, registered) values ($1, $2, $3, $4, true)

-- name: remember
-- An app that somebody lets in and nobody registered; the row that is there when it is known already.
insert into apps (client_id, name, registered) values ($1, $2, false)
on conflict (client_id) do update set client_id = excluded.client_id
returning id, client_id, name, secret, redirect_uris, registered, created_at

-- name: pin
-- The secret an app came with first.
update apps set secret = $2 where id = $1 and secret is null and not registered

-- name: everything
-- All apps, with how many sign-ins each has.
select
    apps.id, client_id, name, secret, redirect_uris, registered, apps.created_at,
    count(grants.id) filter (where grants.revoked_at is null) as sign_ins
from apps
left join grants on grants.app_id = apps.id
group by apps.id
order by apps.id

-- name: remove
-- Its grants and tokens go along.
delete from apps where client_id = $1 returning id
