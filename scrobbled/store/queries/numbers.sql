-- What users did, in numbers.

-- name: watched
-- By kind: plays, films or episodes seen, and minutes by the runtimes that are known. What was seen while its
-- date is not known counts as well.
select
    plays.kind, sum(plays.times)::bigint as plays, count(*) as items, count(distinct plays.title_id) as titles,
    coalesce(sum(plays.times * coalesce(episodes.runtime, titles.runtime)), 0)::bigint as minutes
from (
    select item_id, title_id, kind, count(*) as times from plays where user_id = $1 group by item_id, title_id, kind
) as plays
left join titles on titles.id = plays.title_id
left join episodes on plays.kind = 'episode' and episodes.id = plays.item_id
group by plays.kind

-- name: collected
select kind, count(*) as items, count(distinct title_id) as titles from collection where user_id = $1 group by kind

-- name: rated
select kind, rating, count(*) as times from ratings where user_id = $1 group by kind, rating
