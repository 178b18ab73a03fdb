-- Matching by name moves to an index outside PostgreSQL. It is built from raw names and
-- follows the catalogue by titles.changed; importers note who said what.

-- Names as they are written. What was there is in the old matcher's spelling and stays,
-- but for what only repeats the main name.
create temporary table kept_names on commit drop as
select title_names.title_id, title_names.normalized as name
from title_names join titles on titles.id = title_names.title_id
where title_names.normalized <> lower(titles.name);

drop table title_names;

create table title_names (
    title_id bigint not null references titles on delete cascade,
    name text not null,
    language text,
    region text,
    primary key (title_id, name)
);

insert into title_names (title_id, name) select title_id, name from kept_names;

alter table titles
    add column end_year integer,
    add column genres text[],
    add column anime boolean,
    add column source text,
    add column changed xid8 not null default pg_current_xact_id();

-- Until now our own format was the only source.
update titles set source = 'jsonl' where not provisional;

create index titles_changed on titles (changed);
create index titles_without_ids on titles (kind, left(lower(name), 100)) where ids = '{}';

create table catalog_imports (
    source text not null,
    digest text not null,
    files jsonb not null,
    options jsonb not null,
    counts jsonb not null,
    finished_at timestamptz not null default now(),
    primary key (source, digest)
);

-- Nothing of ours needs it any more; where it belongs to somebody else it stays.
do $$
begin
    drop extension if exists pg_trgm;
exception when insufficient_privilege or dependent_objects_still_exist then
    null;
end
$$;
