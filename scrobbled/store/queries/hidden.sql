-- What users do not want to be shown.

-- name: hidden
-- The newest first.
select item_id, hidden_at from hidden
where user_id = $1 and section = $2 and ($3::text[] is null or kind = any($3))
order by hidden_at desc, item_id

-- name: hide
-- A show in the section of resets begins again.
with begun_again as (
    insert into progress_resets (user_id, title_id, reset_at)
    select $1, title_id, now()
    from unnest($4::bigint[], $5::text[]) as asked (title_id, kind)
    where $2 = 'progress_watched_reset' and kind = 'show'
    on conflict (user_id, title_id) do update set reset_at = excluded.reset_at
)
insert into hidden (user_id, section, item_id, title_id, kind)
select $1, $2, * from unnest($3::bigint[], $4::bigint[], $5::text[])
on conflict (user_id, section, item_id) do nothing
returning kind

-- name: show
with goes_on as (
    delete from progress_resets
    where user_id = $1 and title_id = any($3::bigint[]) and $2 = 'progress_watched_reset'
)
delete from hidden where user_id = $1 and section = $2 and item_id = any($3::bigint[]) returning kind

-- name: hidden_shows
-- Shows that are hidden in any of some sections.
select distinct title_id from hidden where user_id = $1 and section = any($2::text[]) and kind = 'show'

-- name: hidden_seasons
-- The seasons of a show that are hidden in a section, by number.
select seasons.number
from hidden
join seasons on seasons.id = hidden.item_id
where hidden.user_id = $1 and hidden.section = $2 and hidden.title_id = any($3::bigint[]) and hidden.kind = 'season'
