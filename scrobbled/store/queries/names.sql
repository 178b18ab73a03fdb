-- What the index of names is made from, and what has changed since.

-- name: horizon
-- Which cluster and database this is, and the oldest transaction that may not be done: what
-- is seen now holds everything before it.
select (select system_identifier from pg_control_system()) || '/' || current_database() as database,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon

-- name: all
select titles.id, titles.kind, titles.name, titles.year, titles.runtime, titles.popularity,
    titles.season_count, titles.country,
    array(select title_names.name from title_names where title_names.title_id = titles.id) as names
from titles
order by titles.id

-- name: changed
-- Titles that changed in a transaction from $1 on, the earliest first; not more than $2.
select titles.id, titles.kind, titles.name, titles.year, titles.runtime, titles.popularity,
    titles.season_count, titles.country,
    array(select title_names.name from title_names where title_names.title_id = titles.id) as names
from titles
where titles.changed >= $1::bigint::text::xid8
order by titles.changed
limit $2
