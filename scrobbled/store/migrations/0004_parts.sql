-- Parts: what the anime sites list as titles of their own and number from 1, and where the
-- episodes stand in the show. Their ids lie beside all others, as the kind 'part'.

create table parts (
    id bigint primary key default nextval('catalog_ids'),
    show_id bigint not null references titles on delete cascade,
    season integer,
    episode_offset integer not null,
    episode_count integer,
    rules jsonb not null,
    source text not null
);
create index parts_show on parts (show_id);

alter table external_ids
    drop constraint external_ids_kind_check,
    add constraint external_ids_kind_check
        check (kind in ('movie', 'show', 'season', 'episode', 'part'));

-- What anime sites list was imported without its parts: the same files are worth reading again.
delete from catalog_imports where source = 'anime';

-- A name of the show that means one part of it.
alter table title_names add column part_id bigint references parts on delete set null;
create index title_names_part on title_names (part_id) where part_id is not null;
