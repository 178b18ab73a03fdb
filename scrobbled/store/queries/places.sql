-- The episodes of shows in their order.

-- name: places
-- The arrays are parallel. $2: with the specials. *aired* is how many episodes have by $3, specials aside; all, where
-- nobody knows any date. Episodes are read show by show: a catalogue has millions.
select asked.title_id, inside.*
from unnest($1::bigint[]) as asked (title_id)
cross join lateral (
    select
        array_agg(id order by season, number) as ids,
        array_agg(season order by season, number) as seasons,
        array_agg(number order by season, number) as numbers,
        case
            when count(first_aired) filter (where season > 0) > 0
            then count(*) filter (where season > 0 and first_aired <= $3)
            else count(*) filter (where season > 0)
        end::int as aired
    from episodes
    where episodes.show_id = asked.title_id and ($2 or season > 0)
) as inside
where inside.ids is not null
