-- Lists of users. Their own have an id above 2; the watchlist (1) and the favorites (2) are made when they are used.

-- name: heads
-- A user's own lists in their order, or one of them: by id ($2) or slug ($3).
select
    lists.id, lists.slug, lists.name, description, privacy, display_numbers, allow_comments, sort_by, sort_how,
    lists.created_at, updated_at, lists.user_id,
    (select count(*) from list_items where list_items.user_id = $1 and list_items.list_id = lists.id) as item_count
from lists
where lists.user_id = $1 and lists.id > 2
    and ($2::bigint is null or lists.id = $2) and ($3::text is null or lists.slug = $3)
order by rank, lists.id

-- name: special
-- The watchlist or the favorites ($2).
select
    id, slug, name, description, privacy, display_numbers, allow_comments, sort_by, sort_how,
    created_at, updated_at, user_id,
    (select count(*) from list_items where list_items.user_id = $1 and list_items.list_id = $2) as item_count
from lists
where user_id = $1 and id = $2

-- name: owner
-- Whose list it is.
select user_id from lists where id = $1 and id > 2

-- name: count_lists
select count(*) from lists where user_id = $1 and id > 2

-- name: ensure_special
insert into lists (user_id, id, slug, name) values ($1, $2, $3, $4) on conflict do nothing

-- name: taken_slugs
select slug from lists where user_id = $1 and slug = any($2::text[])

-- name: create
-- After all others. Nothing where somebody has the id.
insert into lists (
    user_id, id, slug, name, description, privacy, display_numbers, allow_comments, sort_by, sort_how, rank
)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce(max(rank), 0) + 1
from lists where user_id = $1
on conflict do nothing
returning id

-- name: edit
update lists set
    name = $3, description = $4, privacy = $5, display_numbers = $6, allow_comments = $7, sort_by = $8, sort_how = $9,
    updated_at = now()
where user_id = $1 and id = $2

-- name: delete
with gone as (delete from list_items where user_id = $1 and list_id = $2)
delete from lists where user_id = $1 and id = $2 and id > 2 returning id

-- name: reorder_lists
-- Those named ($2) come first, in that order; the others keep theirs. Returns those named that there are.
with named as (
    select id, min(position) as position from unnest($2::bigint[]) with ordinality as named (id, position) group by id
), ordered as (
    select lists.id, named.position is not null as is_named,
        row_number() over (order by named.position nulls last, lists.rank, lists.id) as rank
    from lists left join named using (id)
    where lists.user_id = $1 and lists.id > 2
), written as (
    update lists set rank = ordered.rank from ordered
    where lists.user_id = $1 and lists.id = ordered.id and lists.rank <> ordered.rank
)
select id from ordered where is_named
