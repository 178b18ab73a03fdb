-- Lists of titles for everybody: rows of (title_id, what is told of it, how many there are in all). $1 is the
-- kind, $2 the filters. Titles made from one player's own words, which nobody else has, are in none of them.

-- name: ranked
-- By what everybody did in the period $3, the most of $4 first.
select title_id, watchers, plays, collectors, collected, favorited, listed, count(*) over () as total
from totals
where kind = $1 and period = $3
    and (case $4 when 'plays' then plays when 'collected' then collectors when 'favorited' then favorited
        when 'listed' then listed else watchers end) > 0
    and ($2::jsonb = '{}' or exists (select from titles where titles.id = totals.title_id and fits(titles, $2)))
order by (case $4 when 'plays' then plays when 'collected' then collectors when 'favorited' then favorited
        when 'listed' then listed else watchers end) desc, watchers desc, title_id
offset $5 limit $6

-- name: trending
-- What is being watched at $3 first, then what was watched this week. Only numbers leave this place.
with now_on as (
    select coalesce(episodes.show_id, viewers.item_ids[1]) as title_id, count(*) as watchers
    from viewers left join episodes on episodes.id = viewers.item_ids[1]
    where viewers.expires_at > $3 and viewers.item_ids is not null
    group by 1
), shown_now as (
    select title_id, now_on.watchers
    from now_on join titles on titles.id = title_id
    where titles.kind = $1 and not (titles.provisional and titles.ids = '{}')
), of_week as (
    select title_id, watchers from totals where period = 'weekly' and kind = $1
)
select title_id, coalesce(shown_now.watchers, 0) as watchers, coalesce(of_week.watchers, 0) as lately,
    count(*) over () as total
from shown_now full join of_week using (title_id)
where $2::jsonb = '{}' or exists (select from titles where titles.id = title_id and fits(titles, $2))
order by shown_now.watchers desc nulls last, of_week.watchers desc nulls last, title_id
offset $4 limit $5

-- name: watching
-- How many users watch something of the kind $1 at $2.
select count(*)
from viewers left join episodes on episodes.id = viewers.item_ids[1]
where viewers.expires_at > $2 and viewers.item_ids is not null
    and (episodes.id is null) = ($1::text = 'movie')

-- name: popular
-- The best known of the catalogue.
select id as title_id, popularity
from titles
where kind = $1 and not (provisional and ids = '{}') and ($2::jsonb = '{}' or fits(titles, $2))
order by popularity desc, id
offset $3 limit $4

-- name: count_popular
-- At most $3. What somebody leaves out as known to them is counted by itself, from what they have: asking of each
-- title whether they know it takes a hundred times as long.
with known as materialized (
    select title_id from plays where user_id = ($2::jsonb ->> 'user_id')::bigint and ($2::jsonb -> 'ignored') ? 'watched'
    union
    select title_id from collection where user_id = ($2::jsonb ->> 'user_id')::bigint and ($2::jsonb -> 'ignored') ? 'collected'
    union
    select title_id from list_items
    where user_id = ($2::jsonb ->> 'user_id')::bigint and list_id = 1 and ($2::jsonb -> 'ignored') ? 'watchlisted'
), left_out as materialized (
    select count(*) as titles
    from known join titles on titles.id = known.title_id
    where kind = $1 and not (provisional and ids = '{}') and fits(titles, $2::jsonb - 'ignored')
)
select least($3::bigint, count(*) - (select titles from left_out)) from (
    select from titles
    where kind = $1 and not (provisional and ids = '{}')
        and ($2::jsonb - '{ignored,user_id}'::text[] = '{}' or fits(titles, $2::jsonb - 'ignored'))
    limit $3::bigint + (select titles from left_out)
) as counted

-- name: anticipated
-- What stands in the most lists and is yet to come on the day $3 (of the year $4).
select title_id, listed, count(*) over () as total
from totals join titles on titles.id = totals.title_id
where totals.kind = $1 and totals.period = 'all' and totals.listed > 0 and ($2::jsonb = '{}' or fits(titles, $2))
    and case $1 when 'movie' then coalesce(titles.details ->> 'released' > $3, titles.year >= $4)
        else coalesce(titles.year >= $4, true) and not exists (
            select from episodes where episodes.show_id = titles.id and episodes.first_aired <= now()
        ) end
order by totals.listed desc, title_id
offset $5 limit $6

-- name: updated
-- What changed from $2 on, the latest first.
select id as title_id, updated_at
from titles
where kind = $1 and updated_at >= $2 and not (provisional and ids = '{}')
order by updated_at desc, id
offset $3 limit $4

-- name: count_updated
select count(*) from (
    select from titles where kind = $1 and updated_at >= $2 and not (provisional and ids = '{}') limit $3
) as counted

-- name: related
-- Of the kind and genres of $1, the best known: those that share most, out of the best known of the first genre.
with own as (
    select kind, genres, year from titles where id = $1
), near as (
    select titles.id, titles.genres, titles.year, titles.popularity
    from own join titles on titles.kind = own.kind and titles.genres && own.genres and titles.id <> $1
    where not (titles.provisional and titles.ids = '{}')
    order by titles.popularity desc, titles.id
    limit 500
)
select near.id as title_id, count(*) over () as total
from near cross join own
order by cardinality(array(select unnest(near.genres) intersect select unnest(own.genres))) desc,
    abs(near.year - own.year) nulls last, near.popularity desc, near.id
offset $2 limit $3

-- name: fitting
-- Those of $1 that fit the filters $2; $3: and are everybody's business.
select id from titles
where id = any($1::bigint[]) and not ($3 and provisional and ids = '{}') and ($2::jsonb = '{}' or fits(titles, $2))

-- name: hot
-- Those of $1 that somebody watched this week, or that stand in a list.
select distinct title_id from totals
where title_id = any($1::bigint[]) and ((period = 'weekly' and watchers > 0) or (period = 'all' and listed > 0))
