-- Parts of shows, asked by the batch: arrays in, rows out.

-- name: by_id
select id, show_id, season, episode_offset, rules from parts where id = any($1::bigint[])

-- name: absolute
-- Of each show the part whose numbers are the show's absolute ones from the first on.
select distinct on (show_id) id, show_id, season, episode_offset, rules
from parts
where show_id = any($1::bigint[]) and season is null and episode_offset = 0
order by show_id, id

-- name: names_of
-- All names of those of these shows that have parts with names of their own.
with named as materialized (
    select title_id, name, part_id from title_names where title_id = any($1::bigint[])
)
select title_id, name, part_id from named
where title_id in (select title_id from named where part_id is not null)
union all
select id, name, null from titles where id in (select title_id from named where part_id is not null)
