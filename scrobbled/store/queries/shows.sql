-- Titles as clients look at one of them: what belongs to it.

-- name: with_slug
select id from titles where kind = $1 and slug = $2 and year = $3

-- name: seasons
select id from seasons
where show_id = $1 and exists (select from episodes where episodes.show_id = $1 and episodes.season = seasons.number)
order by number

-- name: season_at
select id from seasons where show_id = $1 and number = $2

-- name: episodes
-- Of a season, or with a null season of all of them.
select id, season from episodes
where show_id = $1 and ($2::int is null or season = $2)
order by season, number

-- name: episode_at
select id from episodes where show_id = $1 and season = $2 and number = $3

-- name: next_episode
-- The first regular one to come after $2.
select id from episodes where show_id = $1 and season > 0 and first_aired > $2
order by first_aired, season, number limit 1

-- name: last_episode
-- The latest regular one that has aired by $2.
select id from episodes where show_id = $1 and season > 0 and first_aired <= $2
order by first_aired desc, season desc, number desc limit 1

-- name: names
-- The other names of a title, but for those of parts of it.
select name, lower(language) as language, lower(region) as region from title_names
where title_id = $1 and part_id is null
order by region nulls last, language nulls last, name

-- name: details
select details from titles where id = $1

-- name: by_external_id
-- Everything that has an id at a source: the id spaces overlap.
select kind, entity_id from external_ids
where source = $1 and value = $2 and kind in ('movie', 'show', 'episode')

-- name: by_own_id
select kind, id as entity_id from titles where id = $1
union all
select 'episode', id from episodes where id = $1

-- name: episodes_called
-- Episodes whose name has all the words of $1 ($2: the last one may go on), of shows that fit the filters $3: at most
-- $4, those of the best known shows, out of so many that a word which stands in millions of names costs no more.
with met as materialized (
    select id, show_id, name from episodes
    where to_tsvector('simple', name) @@ case when numnode(plainto_tsquery('simple', $1)) > 0
            then (plainto_tsquery('simple', $1)::text || case when $2 then ':*' else '' end)::tsquery end
        and name not like 'Episode %'
    limit 20000
)
select met.id, met.show_id, met.name, titles.popularity
from met join titles on titles.id = met.show_id
where not (titles.provisional and titles.ids = '{}') and ($3::jsonb = '{}' or fits(titles, $3))
order by lower(met.name) = lower($1) desc, titles.popularity desc, met.id
limit $4
