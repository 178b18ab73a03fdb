-- Loading the catalogue in bulk. A chunk's rows arrive by COPY in temporary tables, are
-- merged from there as sets, and are gone when the transaction ends.

-- name: settings
-- For the session. Chunks are far larger than what others sort; an import that a crash cut
-- short is run again, so only its last commit waits for the disk. The temporary tables are
-- measured for each chunk, which a handful of samples does; their joins hash. Every row that is inserted comes from
-- a join with its title, so where we may, foreign keys are not looked up once more for each
-- (a third of the time); nothing that is done meanwhile cascades.
set temp_buffers = '128MB';
set work_mem = '64MB';
set synchronous_commit = off;
set random_page_cost = 1.1;
set enable_mergejoin = off;
set default_statistics_target = 1;
do $$
begin
    set session_replication_role = replica;
exception when insufficient_privilege then
    null;
end
$$

-- name: prepare
-- load_titles to load_part_names are what a chunk says, by record. Without a name a record
-- only adds to a title that must be there; where it *refers*, it says nothing of the title itself. The
-- others are what the merge notes down; load_seen alone outlives a chunk: the titles and parts
-- that this run described.
create temporary table load_titles (
    record integer not null, kind text not null, name text, slug text, year integer, end_year integer,
    runtime integer, popularity double precision, country text, genres text[], anime boolean,
    season_count integer, episode_count integer, details jsonb, refers boolean not null
) on commit delete rows;
create temporary table load_ids (
    record integer not null, place smallint not null, kind text not null, source text not null, value text not null
) on commit delete rows;
create temporary table load_names (
    record integer not null, name text not null, language text, region text
) on commit delete rows;
create temporary table load_episodes (
    record integer not null, season integer not null, number integer not null, absolute integer,
    name text, runtime integer, first_aired timestamptz, details jsonb
) on commit delete rows;
create temporary table load_episode_ids (
    record integer not null, season integer not null, number integer not null, source text not null, value text not null
) on commit delete rows;
create temporary table load_parts (
    record integer not null, part integer not null, season integer, episode_offset integer not null,
    episode_count integer, rules jsonb not null
) on commit delete rows;
create temporary table load_part_ids (
    record integer not null, part integer not null, place smallint not null, source text not null, value text not null
) on commit delete rows;
create temporary table load_part_names (
    record integer not null, part integer not null, name text not null
) on commit delete rows;
create temporary table load_claims (
    record integer not null, place smallint not null, kind text not null, source text not null, value text not null,
    owner bigint
) on commit delete rows;
create index load_claims_record on load_claims (record);
create temporary table load_waiting (record integer not null) on commit delete rows;
create temporary table load_links (
    record integer primary key, title_id bigint not null, fresh boolean not null, better boolean not null
) on commit delete rows;
create temporary table load_slugs (
    record integer not null, kind text not null, slug text not null, primary key (kind, slug)
) on commit delete rows;
create temporary table load_places (
    record integer not null, show_id bigint not null, season integer not null, number integer not null,
    absolute integer, name text, runtime integer, first_aired timestamptz, details jsonb, episode_id bigint not null,
    fresh boolean not null, better boolean not null
) on commit delete rows;
create temporary table load_episode_claims (
    record integer not null, season integer not null, number integer not null, source text not null, value text not null,
    episode_id bigint not null, fresh boolean not null, owner bigint
) on commit delete rows;
create temporary table load_part_claims (
    record integer not null, part integer not null, place smallint not null, source text not null, value text not null,
    owner bigint, stranger bigint, first boolean not null
) on commit delete rows;
create temporary table load_part_links (
    record integer not null, part integer not null, part_id bigint not null, show_id bigint not null,
    fresh boolean not null, better boolean not null
) on commit delete rows;
create temporary table load_given (
    kind text not null, source text not null, value text not null, entity_id bigint not null, fresh boolean not null
) on commit delete rows;
create temporary table load_conflicts (
    record integer not null, kind text not null, season integer, number integer, source text not null,
    value text not null, entity_id bigint not null, owner bigint
) on commit delete rows;
create temporary table load_touched (title_id bigint not null) on commit delete rows;
create temporary table load_seen (title_id bigint primary key)

-- name: analyze_chunk
analyze load_titles, load_ids, load_names, load_episodes, load_episode_ids, load_parts, load_part_ids, load_part_names

-- name: find_owners
-- Who has the ids of the chunk. (Here and below: as a subquery each row is one look-up, however
-- large the table is and however little the planner knows of it.)
insert into load_claims (record, place, kind, source, value, owner)
select asked.record, asked.place, asked.kind, asked.source, asked.value, (
    select known.entity_id from external_ids as known
    where known.kind = asked.kind and known.source = asked.source and known.value = asked.value
)
from load_ids as asked

-- name: wait
-- A record that shares an id (without ids: kind, name and year) with an earlier one of the chunk
-- is merged after it.
insert into load_waiting (record)
select record from (
    select record, min(record) over (partition by kind, source, value) as first from load_claims
) as sharing
where record > first
union
select record from (
    select record, min(record) over (partition by kind, lower(name), year) as first
    from load_titles
    where name is not null and not exists (select from load_claims where load_claims.record = load_titles.record)
) as nameless
where record > first

-- name: link
-- The title of a record is the owner of its most specific id that no more specific one
-- contradicts: at another source, where both have ids and none in common. $1 are the sources
-- from the most to the least trusted, $2 is the one that speaks: it may overwrite what
-- less trusted ones said, and what it said itself in another run.
with found as (
    select distinct on (mine.record) mine.record, mine.owner
    from load_claims as mine
    where mine.owner is not null
        and not exists (select from load_waiting where load_waiting.record = mine.record)
        and (mine.place = 0 or not exists (
            select from load_claims as other
            where other.record = mine.record and other.place < mine.place and other.source <> mine.source
                and exists (
                    select from external_ids as theirs
                    where theirs.entity_id = mine.owner and theirs.kind = mine.kind and theirs.source = other.source
                )
                and not exists (
                    select from load_claims as shared
                    where shared.record = mine.record and shared.source = other.source and shared.owner = mine.owner
                )
        ))
    order by mine.record, mine.place
), in_turn as (
    select record, owner, row_number() over (partition by owner order by record) as turn from found
), waiting as (
    insert into load_waiting (record) select record from in_turn where turn > 1
)
insert into load_links (record, title_id, fresh, better)
select in_turn.record, titles.id, false,
    titles.provisional or array_position($1::text[], titles.source) is null
    or array_position($1::text[], titles.source) > array_position($1::text[], $2)
    or (titles.source = $2 and (
        said.refers or not exists (select from load_seen where load_seen.title_id = titles.id)
    ))
from in_turn
join titles on titles.id = in_turn.owner
join load_titles as said on said.record = in_turn.record
where in_turn.turn = 1

-- name: link_without_ids
-- A record without ids is the title without ids of its name and year; a provisional title
-- may also lack the year, and gives way to a record with ids.
with found as (
    select distinct on (said.record) said.record, titles.id
    from load_titles as said
    join titles on titles.ids = '{}' and titles.kind = said.kind
        and left(lower(titles.name), 100) = left(lower(said.name), 100) and lower(titles.name) = lower(said.name)
    where not exists (select from load_links where load_links.record = said.record)
        and not exists (select from load_waiting where load_waiting.record = said.record)
        and not exists (select from load_links where load_links.title_id = titles.id)
        and (titles.provisional or not exists (select from load_claims where load_claims.record = said.record))
        and (titles.year is not distinct from said.year
            or (titles.provisional and (titles.year is null or said.year is null)))
    order by said.record, titles.year is null, titles.id
), in_turn as (
    select record, id, row_number() over (partition by id order by record) as turn from found
), waiting as (
    insert into load_waiting (record) select record from in_turn where turn > 1
)
insert into load_links (record, title_id, fresh, better)
select in_turn.record, titles.id, false,
    titles.provisional or array_position($1::text[], titles.source) is null
    or array_position($1::text[], titles.source) > array_position($1::text[], $2)
    or (titles.source = $2 and (
        said.refers or not exists (select from load_seen where load_seen.title_id = titles.id)
    ))
from in_turn
join titles on titles.id = in_turn.id
join load_titles as said on said.record = in_turn.record
where in_turn.turn = 1

-- name: link_new
-- Records that describe a title nobody has yet.
insert into load_links (record, title_id, fresh, better)
select said.record, nextval('catalog_ids'), true, true
from load_titles as said
where said.name is not null
    and not exists (select from load_links where load_links.record = said.record)
    and not exists (select from load_waiting where load_waiting.record = said.record)
order by said.record

-- name: name_slugs
-- A new title's slug is its name; of several the best known one gets it…
insert into load_slugs (record, kind, slug)
select distinct on (said.kind, said.slug) said.record, said.kind, said.slug
from load_titles as said join load_links on load_links.record = said.record
where load_links.fresh and said.slug <> ''
    and not exists (select from titles where titles.kind = said.kind and titles.slug = said.slug)
order by said.kind, said.slug, said.popularity desc nulls last, said.record

-- name: year_slugs
-- … else its name and year…
insert into load_slugs (record, kind, slug)
select distinct on (kind, wish) record, kind, wish
from (
    select said.record, said.kind, said.slug || '-' || said.year as wish, said.popularity
    from load_titles as said join load_links on load_links.record = said.record
    where load_links.fresh and said.slug <> '' and said.year is not null
        and not exists (select from load_slugs where load_slugs.record = said.record)
) as wishing
where not exists (select from titles where titles.kind = wishing.kind and titles.slug = wish)
    and not exists (select from load_slugs where load_slugs.kind = wishing.kind and load_slugs.slug = wish)
order by kind, wish, popularity desc nulls last, record

-- name: counted_slugs
-- … else that with the smallest free number up to 5, or with its id, which is nobody else's.
with waiting as (
    select said.record, said.kind, load_links.title_id,
        case when said.slug = '' then said.kind || '-' || load_links.title_id
            else concat_ws('-', said.slug, said.year::text) end as stem,
        said.slug = '' as nameless,
        row_number() over (
            partition by said.kind, said.slug, said.year order by said.popularity desc nulls last, said.record
        ) as turn
    from load_titles as said join load_links on load_links.record = said.record
    where load_links.fresh and not exists (select from load_slugs where load_slugs.record = said.record)
), free as (
    select kind, stem, stem || '-' || number as slug, row_number() over (partition by kind, stem order by number) as turn
    from (select distinct kind, stem from waiting where not nameless) as stems
    cross join generate_series(2, 5) as number
    where not exists (select from titles where titles.kind = stems.kind and titles.slug = stem || '-' || number)
        and not exists (
            select from load_slugs where load_slugs.kind = stems.kind and load_slugs.slug = stem || '-' || number
        )
)
insert into load_slugs (record, kind, slug)
select waiting.record, waiting.kind,
    case when waiting.nameless then waiting.stem else coalesce(free.slug, waiting.stem || '-' || waiting.title_id) end
from waiting left join free using (kind, stem, turn)

-- name: give_title_ids
-- Ids that are nobody's go to the record's title, unless it has another one of that source
-- ($1: the sources that know a title under one id).
insert into load_given (kind, source, value, entity_id, fresh)
select mine.kind, mine.source, mine.value, load_links.title_id, load_links.fresh
from load_claims as mine join load_links on load_links.record = mine.record
where mine.owner is null
    and (load_links.fresh or mine.source <> all($1::text[]) or not exists (
        select from external_ids as theirs
        where theirs.entity_id = load_links.title_id and theirs.kind = mine.kind and theirs.source = mine.source
    ) or exists (
        select from load_claims as shared
        where shared.record = mine.record and shared.source = mine.source and shared.owner = load_links.title_id
    ))

-- name: note_title_conflicts
-- The others: owned by somebody else, or (owner null) one more of a source that has one.
insert into load_conflicts (record, kind, source, value, entity_id, owner)
select mine.record, mine.kind, mine.source, mine.value, load_links.title_id, mine.owner
from load_claims as mine join load_links on load_links.record = mine.record
where mine.owner is distinct from load_links.title_id
    and (mine.owner is not null or not exists (
        select from load_given
        where load_given.kind = mine.kind and load_given.source = mine.source and load_given.value = mine.value
    ))

-- name: insert_titles
insert into titles (
    id, kind, name, year, end_year, runtime, slug, popularity, country, genres, anime, season_count, episode_count,
    source, ids, details
)
select load_links.title_id, said.kind, said.name, said.year, said.end_year, said.runtime, load_slugs.slug,
    coalesce(said.popularity, 0), said.country, said.genres, said.anime, said.season_count, said.episode_count,
    $1, coalesce(given.ids, '{}'), coalesce(said.details, '{}')
from load_links
join load_titles as said on said.record = load_links.record
join load_slugs on load_slugs.record = load_links.record
left join (
    select entity_id, jsonb_object_agg(source, value order by length(value) desc, value desc) as ids
    from load_given where fresh group by entity_id
) as given on given.entity_id = load_links.title_id
where load_links.fresh
order by load_links.title_id

-- name: update_titles
-- Known titles after what was said of them. A replaced main name stays as another name. What
-- comes without a name fills gaps alone, and leaves a provisional title provisional.
with said as (
    select titles.id, titles.name as old_name, titles.provisional and new.name is null as provisional,
        case when better then new.name else titles.name end as name,
        case when better then coalesce(new.year, titles.year) else coalesce(titles.year, new.year) end as year,
        case when better then coalesce(new.end_year, titles.end_year)
            else coalesce(titles.end_year, new.end_year) end as end_year,
        case when better then coalesce(new.runtime, titles.runtime)
            else coalesce(titles.runtime, new.runtime) end as runtime,
        case when better or titles.popularity = 0 then coalesce(new.popularity, titles.popularity)
            else titles.popularity end as popularity,
        case when better then coalesce(new.country, titles.country)
            else coalesce(titles.country, new.country) end as country,
        case when better then coalesce(new.genres, titles.genres)
            else coalesce(titles.genres, new.genres) end as genres,
        case when better then coalesce(new.anime, titles.anime) else coalesce(titles.anime, new.anime) end as anime,
        case when better then coalesce(new.season_count, titles.season_count)
            else coalesce(titles.season_count, new.season_count) end as season_count,
        case when better then coalesce(new.episode_count, titles.episode_count)
            else coalesce(titles.episode_count, new.episode_count) end as episode_count,
        case when new.details is null then titles.details when better then titles.details || new.details
            else new.details || titles.details end as details,
        case when better then $1 else titles.source end as source
    from (
        select record, title_id, fresh, better and load_titles.name is not null as better
        from load_links join load_titles using (record)
    ) as load_links
    join load_titles as new on new.record = load_links.record
    join titles on titles.id = load_links.title_id
    where not load_links.fresh and not new.refers
), updated as (
    update titles set
        name = said.name, year = said.year, end_year = said.end_year, runtime = said.runtime,
        popularity = said.popularity, country = said.country, genres = said.genres, anime = said.anime,
        season_count = said.season_count, episode_count = said.episode_count, details = said.details,
        source = said.source,
        provisional = said.provisional, updated_at = now(), changed = pg_current_xact_id()
    from said
    where titles.id = said.id and (
        (titles.name, titles.year, titles.end_year, titles.runtime, titles.popularity, titles.country,
            titles.genres, titles.anime, titles.season_count, titles.episode_count, titles.details, titles.source,
            titles.provisional)
        is distinct from (said.name, said.year, said.end_year, said.runtime, said.popularity, said.country,
            said.genres, said.anime, said.season_count, said.episode_count, said.details, said.source,
            said.provisional)
    )
    returning titles.id
), renamed as (
    select said.id, said.old_name, said.name from said join updated using (id) where lower(said.old_name) <> lower(said.name)
), repeated as (
    delete from title_names using renamed
    where title_names.title_id = renamed.id and lower(title_names.name) = lower(renamed.name)
), kept as (
    insert into title_names (title_id, name) select id, left(old_name, $2) from renamed on conflict do nothing
)
insert into load_touched (title_id) select id from updated

-- name: insert_names
-- The names of new titles, of which each is said once.
insert into title_names (title_id, name, language, region)
select load_links.title_id, said.name, said.language, said.region
from load_names as said join load_links on load_links.record = said.record
where load_links.fresh
order by load_links.title_id

-- name: add_names
-- The names that known titles do not have yet; how their record calls them is one.
with added as (
    insert into title_names (title_id, name, language, region)
    select distinct on (titles.id, lower(said.name)) titles.id, said.name, said.language, said.region
    from (
        select record, name, language, region from load_names
        union all
        select record, left(name, $1), null, null from load_titles where name is not null
    ) as said
    join load_links on load_links.record = said.record and not load_links.fresh
    join titles on titles.id = load_links.title_id
    where lower(said.name) <> lower(titles.name)
        and not exists (
            select from title_names as known
            where known.title_id = titles.id and lower(known.name) = lower(said.name)
        )
    order by titles.id, lower(said.name), said.name
    returning title_id
), named as (
    select title_id, count(*) as names from added group by title_id
), changed as (
    update titles set updated_at = now(), changed = pg_current_xact_id()
    from named where titles.id = named.title_id and titles.changed <> pg_current_xact_id()
)
insert into load_touched (title_id) select added.title_id from added

-- name: show_ids
-- The ids of known titles follow what they were given; of each source the one shown already
-- stays, else it is the smallest.
with given as (
    select entity_id, jsonb_object_agg(source, value order by length(value) desc, value desc) as ids
    from load_given where not fresh and kind in ('movie', 'show') group by entity_id
), shown as (
    update titles set ids = given.ids || titles.ids, updated_at = now(), changed = pg_current_xact_id()
    from given where titles.id = given.entity_id
)
insert into load_touched (title_id) select entity_id from given

-- name: insert_ids
insert into external_ids (kind, source, value, entity_id)
select kind, source, value, entity_id from load_given

-- name: mark_seen
insert into load_seen (title_id)
select load_links.title_id from load_links join load_titles using (record)
where load_titles.name is not null and not load_titles.refers
on conflict do nothing

-- name: place_episodes
-- Where the listed episodes are, or will be. They follow the trust their show's facts got.
insert into load_places (
    record, show_id, season, number, absolute, name, runtime, first_aired, details, episode_id, fresh, better
)
select record, title_id, season, number, absolute, name, runtime, first_aired, details,
    coalesce(known, nextval('catalog_ids')), known is null, better
from (
    select said.*, load_links.title_id, load_links.better, (
        select episodes.id from episodes
        where episodes.show_id = load_links.title_id and episodes.season = said.season
            and episodes.number = said.number
    ) as known
    from load_episodes as said join load_links on load_links.record = said.record
) as placed
order by title_id, season, number

-- name: find_episode_owners
insert into load_episode_claims (record, season, number, source, value, episode_id, fresh, owner)
select said.record, said.season, said.number, said.source, said.value, place.episode_id, place.fresh, (
    select known.entity_id from external_ids as known
    where known.kind = 'episode' and known.source = said.source and known.value = said.value
)
from load_episode_ids as said
join load_places as place
    on place.record = said.record and place.season = said.season and place.number = said.number

-- name: give_episode_ids
-- As with titles; every source knows an episode under one id.
insert into load_given (kind, source, value, entity_id, fresh)
select distinct on (mine.source, mine.value) 'episode', mine.source, mine.value, mine.episode_id, mine.fresh
from load_episode_claims as mine
where mine.owner is null and (mine.fresh or not exists (
    select from external_ids as theirs
    where theirs.entity_id = mine.episode_id and theirs.kind = 'episode' and theirs.source = mine.source
))
order by mine.source, mine.value, mine.episode_id

-- name: note_episode_conflicts
insert into load_conflicts (record, kind, season, number, source, value, entity_id, owner)
select mine.record, 'episode', mine.season, mine.number, mine.source, mine.value, mine.episode_id, mine.owner
from load_episode_claims as mine
where mine.owner is distinct from mine.episode_id
    and not exists (
        select from load_given
        where load_given.kind = 'episode' and load_given.source = mine.source and load_given.value = mine.value
            and load_given.entity_id = mine.episode_id
    )

-- name: insert_seasons
insert into seasons (show_id, number)
select show_id, season from load_places
where fresh and not exists (
    select from seasons where seasons.show_id = load_places.show_id and seasons.number = load_places.season
)
group by show_id, season order by show_id, season

-- name: insert_episodes
insert into episodes (id, show_id, season, number, absolute, name, runtime, first_aired, ids, details)
select place.episode_id, place.show_id, place.season, place.number, place.absolute, place.name, place.runtime,
    place.first_aired, coalesce(given.ids, '{}'), coalesce(place.details, '{}')
from load_places as place
left join (
    select entity_id, jsonb_object_agg(source, value) as ids
    from load_given where fresh and kind = 'episode' group by entity_id
) as given on given.entity_id = place.episode_id
where place.fresh
order by place.episode_id

-- name: update_episodes
-- Known episodes after what was said of them. Where the source's own id contradicts the place,
-- it speaks of another episode and is not believed.
with said as (
    select known.id, known.show_id,
        case when better then coalesce(place.absolute, known.absolute)
            else coalesce(known.absolute, place.absolute) end as absolute,
        case when better then coalesce(place.name, known.name) else coalesce(known.name, place.name) end as name,
        case when better then coalesce(place.runtime, known.runtime)
            else coalesce(known.runtime, place.runtime) end as runtime,
        case when better then coalesce(place.first_aired, known.first_aired)
            else coalesce(known.first_aired, place.first_aired) end as first_aired,
        case when place.details is null then known.details when better then known.details || place.details
            else place.details || known.details end as details
    from load_places as place join episodes as known on known.id = place.episode_id
    where not place.fresh and not exists (
        select from load_conflicts
        where load_conflicts.kind = 'episode' and load_conflicts.entity_id = place.episode_id
    )
), updated as (
    update episodes set
        absolute = said.absolute, name = said.name, runtime = said.runtime, first_aired = said.first_aired,
        details = said.details, provisional = false
    from said
    where episodes.id = said.id and (
        episodes.provisional
        or (episodes.absolute, episodes.name, episodes.runtime, episodes.first_aired, episodes.details)
        is distinct from (said.absolute, said.name, said.runtime, said.first_aired, said.details)
    )
    returning episodes.id, episodes.show_id
)
insert into load_touched (title_id) select show_id from updated

-- name: show_episode_ids
with given as (
    select entity_id, jsonb_object_agg(source, value order by length(value) desc, value desc) as ids
    from load_given where not fresh and kind = 'episode' group by entity_id
)
update episodes set ids = given.ids || episodes.ids
from given where episodes.id = given.entity_id

-- name: touch_shows
insert into load_touched (title_id)
select show_id from load_places
where fresh or exists (
    select from load_given where load_given.kind = 'episode' and load_given.entity_id = load_places.episode_id
)
group by show_id

-- name: find_part_owners
-- Which parts have the ids of the chunk's parts, and which title that is not theirs goes by one:
-- a provisional one gives way. Of several that claim one id, the first gets it.
insert into load_part_claims (record, part, place, source, value, owner, stranger, first)
select said.record, said.part, said.place, said.source, said.value, (
        select known.entity_id from external_ids as known
        where known.kind = 'part' and known.source = said.source and known.value = said.value
    ), (
        select titles.id from external_ids as known join titles on titles.id = known.entity_id
        where known.kind = 'show' and known.source = said.source and known.value = said.value
            and known.entity_id <> load_links.title_id and not titles.provisional
    ),
    row_number() over (partition by said.source, said.value order by said.record, said.part) = 1
from load_part_ids as said join load_links on load_links.record = said.record

-- name: link_parts
-- A part is the one of the same show that has its most specific id. $1 and $2 as with titles.
with found as (
    select distinct on (mine.record, mine.part) mine.record, mine.part, parts.id, parts.show_id, parts.source
    from load_part_claims as mine
    join load_links on load_links.record = mine.record
    join parts on parts.id = mine.owner and parts.show_id = load_links.title_id
    order by mine.record, mine.part, mine.place
)
insert into load_part_links (record, part, part_id, show_id, fresh, better)
select record, part, id, show_id, false,
    row_number() over (partition by id order by record, part) = 1
    and array_position($1::text[], source) >= array_position($1::text[], $2)
    and not exists (select from load_seen where load_seen.title_id = found.id)
from found

-- name: link_new_parts
-- One of whose ids none is free is no part: nothing would find it.
insert into load_part_links (record, part, part_id, show_id, fresh, better)
select said.record, said.part, nextval('catalog_ids'), load_links.title_id, true, true
from load_parts as said join load_links on load_links.record = said.record
where not exists (
        select from load_part_links as known where known.record = said.record and known.part = said.part
    ) and exists (
        select from load_part_claims as mine
        where mine.record = said.record and mine.part = said.part
            and mine.first and mine.owner is null and mine.stranger is null
    )

-- name: give_part_ids
insert into load_given (kind, source, value, entity_id, fresh)
select 'part', mine.source, mine.value, link.part_id, link.fresh
from load_part_claims as mine join load_part_links as link using (record, part)
where mine.first and mine.owner is null and mine.stranger is null

-- name: note_part_conflicts
-- The owner that is told is the title, or the show of the other part.
insert into load_conflicts (record, kind, source, value, entity_id, owner)
select mine.record, 'part', mine.source, mine.value, load_links.title_id,
    coalesce(owner.show_id, mine.stranger, winner.show_id)
from load_part_claims as mine
join load_links on load_links.record = mine.record
left join load_part_links as link on link.record = mine.record and link.part = mine.part
left join parts as owner on owner.id = mine.owner
left join load_part_claims as claim on claim.first and claim.source = mine.source and claim.value = mine.value
left join load_part_links as winner on winner.record = claim.record and winner.part = claim.part
where coalesce(mine.owner, mine.stranger, winner.part_id) is distinct from link.part_id

-- name: insert_parts
insert into parts (id, show_id, season, episode_offset, episode_count, rules, source)
select link.part_id, link.show_id, said.season, said.episode_offset, said.episode_count, said.rules, $1
from load_part_links as link join load_parts as said using (record, part)
where link.fresh
order by link.part_id

-- name: update_parts
-- Where a part lies is said as a whole, by one source.
with updated as (
    update parts set
        season = said.season, episode_offset = said.episode_offset,
        episode_count = coalesce(said.episode_count, parts.episode_count), rules = said.rules, source = $1
    from load_part_links as link join load_parts as said using (record, part)
    where parts.id = link.part_id and not link.fresh and link.better
        and (parts.season, parts.episode_offset, parts.episode_count, parts.rules, parts.source) is distinct from
            (said.season, said.episode_offset, coalesce(said.episode_count, parts.episode_count), said.rules, $1)
    returning parts.show_id
)
insert into load_touched (title_id) select show_id from updated

-- name: add_part_names
-- Names of parts that the show does not go by itself: whoever said those meant all of it.
with added as (
    insert into title_names (title_id, name, part_id)
    select distinct on (link.show_id, lower(said.name)) link.show_id, said.name, link.part_id
    from load_part_names as said
    join load_part_links as link using (record, part)
    join titles on titles.id = link.show_id
    where lower(said.name) <> lower(titles.name) and not exists (
        select from title_names as known
        where known.title_id = link.show_id and lower(known.name) = lower(said.name)
    )
    order by link.show_id, lower(said.name), said.record, said.part
    returning title_id
)
insert into load_touched (title_id) select title_id from added

-- name: touch_parts
-- A show with a part that is new or known by one more id was changed…
insert into load_touched (title_id)
select link.show_id from load_part_links as link
where exists (select from load_given where load_given.kind = 'part' and load_given.entity_id = link.part_id)

-- name: tell_parts
-- … and whoever follows the catalogue hears of it.
update titles set updated_at = now(), changed = pg_current_xact_id()
from (select distinct show_id from load_part_links) as link
where titles.id = link.show_id and titles.changed <> pg_current_xact_id()
    and exists (select from load_touched where load_touched.title_id = titles.id)

-- name: mark_seen_parts
insert into load_seen (title_id) select distinct part_id from load_part_links on conflict do nothing

-- name: count
select
    count(*) filter (where load_links.fresh) as new,
    count(*) filter (where not load_links.fresh and touched.title_id is not null) as updated,
    count(*) filter (where not load_links.fresh and touched.title_id is null) as unchanged,
    count(*) filter (
        where load_links.record is null
            and not exists (select from load_waiting where load_waiting.record = said.record)
    ) as unknown
from load_titles as said
left join load_links on load_links.record = said.record
left join (select distinct title_id from load_touched) as touched on touched.title_id = load_links.title_id
where not said.refers

-- name: conflicts
-- With the names people know: of the record's title, and of the id's owner.
select conflict.record, conflict.kind, conflict.season, conflict.number, conflict.source, conflict.value,
    coalesce(titles.name, shows.name) as title, conflict.owner, coalesce(owners.name, owners_show.name) as owner_name,
    owner_episode.season as owner_season, owner_episode.number as owner_number
from load_conflicts as conflict
left join titles on titles.id = conflict.entity_id and conflict.kind <> 'episode'
left join load_links on load_links.record = conflict.record
left join titles as shows on shows.id = load_links.title_id
left join titles as owners on owners.id = conflict.owner
left join episodes as owner_episode on owner_episode.id = conflict.owner
left join titles as owners_show on owners_show.id = owner_episode.show_id
order by conflict.record, conflict.season, conflict.number, conflict.source, conflict.value

-- name: next_round
-- What waited is all that is left to merge.
delete from load_titles where not exists (select from load_waiting where load_waiting.record = load_titles.record);
delete from load_ids where not exists (select from load_waiting where load_waiting.record = load_ids.record);
delete from load_names where not exists (select from load_waiting where load_waiting.record = load_names.record);
delete from load_episodes where not exists (select from load_waiting where load_waiting.record = load_episodes.record);
delete from load_episode_ids
where not exists (select from load_waiting where load_waiting.record = load_episode_ids.record);
delete from load_parts where not exists (select from load_waiting where load_waiting.record = load_parts.record);
delete from load_part_ids where not exists (select from load_waiting where load_waiting.record = load_part_ids.record);
delete from load_part_names
where not exists (select from load_waiting where load_waiting.record = load_part_names.record);
truncate load_part_claims, load_part_links, load_claims, load_waiting, load_links, load_slugs, load_places, load_episode_claims, load_given,
    load_conflicts, load_touched

-- name: announce
select pg_notify('catalog_changed', '')

-- name: reset
-- temp_buffers cannot be set again, and does no harm.
discard temp;
reset work_mem;
reset synchronous_commit;
reset random_page_cost;
reset enable_mergejoin;
reset default_statistics_target;
do $$
begin
    set session_replication_role = origin;
exception when insufficient_privilege then
    null;
end
$$

-- name: analyze
reset default_statistics_target;
analyze titles, title_names, parts, seasons, episodes, external_ids;
set default_statistics_target = 1

-- name: import_known
-- When an import of exactly these files with these options ended.
select finished_at from catalog_imports where source = $1 and digest = $2

-- name: remember_import
insert into catalog_imports (source, digest, files, options, counts) values ($1, $2, $3, $4, $5)
on conflict (source, digest) do update set
    files = excluded.files, options = excluded.options, counts = excluded.counts, finished_at = now()
