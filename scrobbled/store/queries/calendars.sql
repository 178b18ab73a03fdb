-- What comes out when. $1 and $2 bound it: from the first on, before the second. For a user ($3) it is what they
-- watched, have or want to watch, without what they hid.

-- name: mine
-- The titles a user follows.
select distinct title_id from plays where user_id = $1
union
select title_id from collection where user_id = $1
union
select title_id from list_items where user_id = $1 and list_id = 1
except
select title_id from hidden
where user_id = $1 and section in ('calendar', 'dropped') and kind in ('movie', 'show')

-- name: films
-- Films that come out, by their first day.
select id as item_id, details ->> 'released' as day
from titles
where details ? 'released' and details ->> 'released' >= $1 and details ->> 'released' < $2 and kind = 'movie'
    and not (provisional and ids = '{}')
order by day, popularity desc, id

-- name: discs
-- The same by the day of the disc.
select id as item_id, details ->> 'on_disc' as day
from titles
where details ? 'on_disc' and details ->> 'on_disc' >= $1 and details ->> 'on_disc' < $2 and kind = 'movie'
    and not (provisional and ids = '{}')
order by day, popularity desc, id

-- name: streams
-- And by the first day online.
select id as item_id, details ->> 'streamed' as day
from titles
where details ? 'streamed' and details ->> 'streamed' >= $1 and details ->> 'streamed' < $2 and kind = 'movie'
    and not (provisional and ids = '{}')
order by day, popularity desc, id

-- name: films_of
-- Of the titles $3, by the day that the detail $4 tells.
select id as item_id, details ->> $4 as day
from titles
where id = any($3::bigint[]) and kind = 'movie' and details ->> $4 >= $1 and details ->> $4 < $2
order by day, popularity desc, id

-- name: episodes
-- Regular episodes; $3: all, new (of shows), premieres or finales (of seasons). A finale is the last one listed.
select episodes.id as item_id, episodes.first_aired
from episodes join titles on titles.id = episodes.show_id
where episodes.first_aired >= $1 and episodes.first_aired < $2 and episodes.season > 0
    and not (titles.provisional and titles.ids = '{}')
    and case $3::text when 'new' then episodes.season = 1 and episodes.number = 1
        when 'premieres' then episodes.number = 1
        when 'finales' then episodes.number > 1 and not exists (
            select from episodes as later
            where later.show_id = episodes.show_id and later.season = episodes.season and later.number > episodes.number
        )
        else true end
order by episodes.first_aired, titles.popularity desc, episodes.show_id, episodes.number

-- name: episodes_of
-- The same of the shows $4, without the seasons that the user $5 hid.
select episodes.id as item_id, episodes.first_aired
from episodes
where episodes.show_id = any($4::bigint[]) and episodes.first_aired >= $1 and episodes.first_aired < $2
    and episodes.season > 0
    and case $3::text when 'new' then episodes.season = 1 and episodes.number = 1
        when 'premieres' then episodes.number = 1
        when 'finales' then episodes.number > 1 and not exists (
            select from episodes as later
            where later.show_id = episodes.show_id and later.season = episodes.season and later.number > episodes.number
        )
        else true end
    and not exists (
        select from hidden join seasons on seasons.id = hidden.item_id
        where hidden.user_id = $5 and hidden.section in ('calendar', 'dropped') and hidden.kind = 'season'
            and seasons.show_id = episodes.show_id and seasons.number = episodes.season
    )
order by episodes.first_aired, episodes.show_id, episodes.number
