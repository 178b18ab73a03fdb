-- What a backup has to know of the database; the tables themselves are copied.

-- name: tables
-- Every table of ours with its columns, without partitions; xid8 and generated columns are
-- of the database they are in.
select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and a.attgenerated = '' and a.atttypid <> 'xid8'::regtype
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname <> 'schema_migrations'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
group by c.relname
order by c.relname

-- name: references
-- Which table refers to which other one.
select conrelid::regclass::text as name, confrelid::regclass::text as needs
from pg_constraint
where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid and conparentid = 0

-- name: sequences
-- Where each sequence stands; one that was never used is left out.
select sequencename as name, last_value from pg_sequences where schemaname = 'public' and last_value is not null

-- name: set_sequence
select setval(format('public.%I', $1::text)::regclass, $2)

-- name: everything
-- Every table and sequence of ours, to be dropped.
select c.relname as name, c.relkind = 'S' as is_sequence
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'S') and not c.relispartition
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')

-- name: schema
-- The newest migration that has run; 0 for none.
select coalesce(max(version), 0) from schema_migrations

-- name: inbox
-- What was accepted while the stream was away, as the stream would have it.
select event, coalesce(webhook, ''::bytea) as webhook from inbox order by number
