-- What people taught: asked by the batch, written one resolve at a time.

-- name: find
-- What these users, or enough of all users, taught about what is asked: (position, user,
-- rank among the keys of that position, key). The user's own come first, then the most specific.
with asked as materialized (
    select * from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[])
        as asked (position, user_id, rank, kind, source, value)
), found as (
    select asked.position, asked.rank, true as own, asked.source, known.title_id, known.season, known.number
    from asked
    join corrections as known on known.user_id = asked.user_id and known.kind = asked.kind
        and known.source = asked.source and known.value = asked.value
    union all
    select asked.position, asked.rank, false, asked.source, known.title_id, known.season, known.number
    from asked
    join aliases as known on known.kind = asked.kind and known.source = asked.source
        and known.value = asked.value
)
select found.*, titles.kind, titles.ids
from found
join titles on titles.id = found.title_id
order by found.position, found.own desc, found.rank

-- name: taught
-- Who taught anything.
select distinct user_id from corrections

-- name: has_aliases
select exists(select from aliases)

-- name: lock
-- Whoever teaches waits for whoever else does: agreement is counted by one at a time.
select pg_advisory_xact_lock(7274665)

-- name: teach
-- Lessons of one resolve, under one id; a newer one replaces what was taught for the same
-- key. Ids that the catalogue knows need no correction.
with correction as materialized (select nextval('correction_ids') as id)
insert into corrections (user_id, kind, source, value, id, title_id, season, number)
select $1, lesson.kind, lesson.source, lesson.value, correction.id, $2, lesson.season, lesson.number
from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::int[])
    as lesson (kind, source, value, season, number)
cross join correction
where not exists (
    select from external_ids
    where external_ids.kind = lesson.kind and external_ids.source = lesson.source
        and external_ids.value = lesson.value
)
on conflict (user_id, kind, source, value) do update set
    id = excluded.id,
    title_id = excluded.title_id,
    season = excluded.season,
    number = excluded.number,
    taught_at = excluded.taught_at
returning id

-- name: unteach
-- Take back what one resolve taught.
delete from corrections where user_id = $1 and id = $2
returning kind, source, value

-- name: agree
-- Make the aliases of these keys follow from the corrections: what $4 users or more taught
-- alike, and more than half of those who taught anything for that key. Returns what changed.
with asked as materialized (
    select distinct * from unnest($1::text[], $2::text[], $3::text[]) as asked (kind, source, value)
), votes as (
    select kind, source, value, title_id, season, number, count(*) as users,
        sum(count(*)) over (partition by kind, source, value) as of_all
    from corrections
    join asked using (kind, source, value)
    group by kind, source, value, title_id, season, number
), agreed as (
    select * from votes where users >= $4 and users * 2 > of_all
), gone as (
    delete from aliases using asked
    where aliases.kind = asked.kind and aliases.source = asked.source and aliases.value = asked.value
        and not exists (
            select from agreed
            where agreed.kind = asked.kind and agreed.source = asked.source and agreed.value = asked.value
        )
    returning aliases.value
), made as (
    insert into aliases as known (kind, source, value, title_id, season, number, users)
    select kind, source, value, title_id, season, number, users from agreed
    on conflict (kind, source, value) do update set
        title_id = excluded.title_id, season = excluded.season, number = excluded.number,
        users = excluded.users
    where (known.title_id, known.season, known.number)
        is distinct from (excluded.title_id, excluded.season, excluded.number)
    returning value
)
select value from gone union all select value from made

-- name: tell
-- Every worker that listens hears whose corrections changed; nobody's name: the aliases.
select pg_notify('corrections_changed', $1)

-- name: listed
-- What a user taught, newest first, after the correction $2; what one resolve taught together.
select corrections.id, corrections.title_id, titles.kind, titles.name, titles.year, titles.slug, titles.ids,
    max(corrections.season) as season, max(corrections.number) as number,
    max(corrections.taught_at) as taught_at,
    jsonb_agg(
        jsonb_build_object(
            'kind', corrections.kind, 'source', corrections.source, 'value', corrections.value,
            'everybody', aliases.title_id is not null
        )
        order by corrections.source = 'words' desc, corrections.kind, corrections.source, corrections.value
    ) as said
from corrections
left join titles on titles.id = corrections.title_id
left join aliases on aliases.kind = corrections.kind and aliases.source = corrections.source
    and aliases.value = corrections.value and aliases.title_id = corrections.title_id
where corrections.user_id = $1 and corrections.id < $2
group by corrections.id, corrections.title_id, titles.kind, titles.name, titles.year, titles.slug, titles.ids
order by corrections.id desc
limit $3
