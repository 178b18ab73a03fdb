-- The episodes of shows in their order.

-- name: places
-- The lists are parallel, text with commas between. $2: with the specials. *aired* is how many episodes have by $3, specials aside; all, where
-- nobody knows any date. Episodes are read show by show: a catalogue has millions.
select asked.title_id, inside.*, (select xmin::text from titles where titles.id = asked.title_id) as version
from unnest($1::bigint[]) as asked (title_id)
cross join lateral (
    select
        string_agg(id::text, ',' order by season, number) as ids,
        string_agg(season::text, ',' order by season, number) as seasons,
        string_agg(number::text, ',' order by season, number) as numbers,
        case
            when count(first_aired) filter (where season > 0) > 0
            then count(*) filter (where season > 0 and first_aired <= $3)
            else count(*) filter (where season > 0)
        end::int as aired
    from episodes
    where episodes.show_id = asked.title_id and ($2 or season > 0)
) as inside
where inside.ids is not null
