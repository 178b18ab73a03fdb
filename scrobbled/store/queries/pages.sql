-- Pages of a history with all that stands on them.

-- name: shown
-- What is shown of the plays of *page*, which is one of the pages in reads.sql; the arrays are parallel, newest first.
-- Instants are in JSON as in watched.sql. A version is the transaction that wrote the row of the catalogue: null where
-- that has lost it. Each row is looked up by itself: the planner knows nothing of the length of a page.
select
    array_agg(page.id order by page.watched_at desc, page.id desc) as ids,
    json_agg(page.watched_at at time zone 'UTC' order by page.watched_at desc, page.id desc) as dates,
    array_agg(page.cause order by page.watched_at desc, page.id desc) as causes,
    array_agg(page.item_id order by page.watched_at desc, page.id desc) as item_ids,
    array_agg(episode.version order by page.watched_at desc, page.id desc) as items,
    array_agg(coalesce(episode.show_id, page.item_id) order by page.watched_at desc, page.id desc) as title_ids,
    array_agg(title.version order by page.watched_at desc, page.id desc) as titles,
    (
        select array_agg(at order by what) from activities
        where user_id = $1 and what in ('movies.watched_at', 'episodes.watched_at')
    ) as moved
from page
left join lateral (
    select show_id, xmin::text as version from episodes where episodes.id = page.item_id limit 1
) as episode on true
left join lateral (
    select xmin::text as version from titles
    where titles.id = coalesce(episode.show_id, page.item_id) and (episode.show_id is not null or titles.kind = 'movie')
    limit 1
) as title on true
