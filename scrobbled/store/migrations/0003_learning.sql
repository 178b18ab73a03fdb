-- What people teach by resolving events, and when what waits was last tried.

create sequence correction_ids as bigint;

-- What a user's players say, and which title it means. The shape of external_ids; the
-- source 'words' holds names in the matcher's spelling. Rows of one id were taught together.
create table corrections (
    user_id bigint not null,
    kind text not null check (kind in ('movie', 'show', 'episode')),
    source text not null,
    value text not null,
    id bigint not null,
    title_id bigint not null,                  -- the film or the show
    season integer,                            -- the episode meant; null = the event's own numbers
    number integer,
    taught_at timestamptz not null default now(),
    primary key (user_id, kind, source, value)
) partition by hash (user_id);
create index corrections_newest on corrections (user_id, id desc);
create index corrections_said on corrections (source, value, kind, user_id);

-- What enough users taught alike holds for everybody.
create table aliases (
    kind text not null check (kind in ('movie', 'show', 'episode')),
    source text not null,
    value text not null,
    title_id bigint not null,
    season integer,
    number integer,
    users integer not null,                    -- who taught it, when it became one
    primary key (kind, source, value)
);

alter table unmatched add column tried_at timestamptz not null default now();
create index unmatched_tried on unmatched (tried_at);

do $$
declare
    partitions constant integer := 4;
begin
    for remainder in 0 .. partitions - 1 loop
        execute format(
            'create table %I partition of corrections for values with (modulus %s, remainder %s)',
            'corrections_' || remainder, partitions, remainder
        );
    end loop;
end
$$;
