-- Accounts of media servers that many people use: whose they are, and what waits to be somebody's.

-- name: members
-- Our user for each position: by the first of what the player calls them that is mapped.
with asked as materialized (
    select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[])
        as asked (position, rank, user_id, source, account)
)
select distinct on (asked.position) asked.position, accounts.member_id
from asked
join accounts on accounts.user_id = asked.user_id and accounts.source = asked.source
    and accounts.account = asked.account
order by asked.position, asked.rank

-- name: hold
insert into held (user_id, event_id, event, source, account, occurred_at)
select user_id, event_id, event::jsonb, source,
    array(select jsonb_array_elements_text(account::jsonb)), occurred_at
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    as waiting (user_id, event_id, event, source, account, occurred_at)
on conflict (user_id, event_id) do nothing

-- name: release
-- What came to an owner, (owner, event), belongs to a member now: it waits no more, and its webhook is
-- the member's, as its outcome is.
with settled as materialized (
    select * from unnest($1::bigint[], $2::uuid[], $3::bigint[]) as settled (owner_id, id, member_id)
), released as (
    delete from held using settled where held.user_id = settled.owner_id and held.event_id = settled.id
), forgotten as (
    delete from events using settled
    where events.user_id = settled.owner_id and events.id = settled.id and events.outcome = 'ignored'
        and settled.owner_id <> settled.member_id
)
update webhooks set user_id = settled.member_id, event = webhooks.event - 'ignored' - 'account'
from settled
where webhooks.user_id = settled.owner_id and webhooks.id = settled.id

-- name: waiting
-- By account, what waits: how many events, and since when.
select source, account, count(*) as events, min(occurred_at) as since, max(occurred_at) as until
from held where user_id = $1
group by source, account order by source, account

-- name: mapped
select accounts.source, accounts.account, users.name
from accounts join users on users.id = accounts.member_id
where accounts.user_id = $1
order by accounts.source, accounts.account

-- name: map
insert into accounts (user_id, source, account, member_id) values ($1, $2, $3, $4)
on conflict (user_id, source, account) do update set member_id = excluded.member_id, mapped_at = now()

-- name: unmap
delete from accounts where user_id = $1 and source = $2 and account = $3 returning member_id

-- name: held_by
-- What was held of an account, oldest first.
select event from held
where user_id = $1 and source = $2 and $3::text = any(account)
order by occurred_at, event_id

-- name: overlooked
-- What was held just as its account was mapped.
select held.event
from held
where exists (
    select from accounts
    where accounts.user_id = held.user_id and accounts.source = held.source
        and accounts.account = any(held.account)
)
limit 1000
