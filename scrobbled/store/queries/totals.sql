-- What all users together did, counted anew: one pass over each table, and never for a request.

-- name: settings
-- For the transaction: everything is read, so the plans of the workers' look-ups do not suit.
set local enable_seqscan = on;
set local enable_hashjoin = on;
set local enable_mergejoin = on;
set local work_mem = '64MB'

-- name: lock
-- Whether nobody else counts.
select pg_try_advisory_xact_lock(7274665)

-- name: refresh_titles
-- By title and period, up to $1: who played, has and likes it. Titles that only one player's own words
-- made are nobody else's business. Rows that stay as they are are not written.
with bounds (period, since) as (
    values ('daily', $1::timestamptz - interval '1 day'), ('weekly', $1 - interval '7 days'),
        ('monthly', $1 - interval '30 days'), ('yearly', $1 - interval '365 days')
), played as (
    select title_id, user_id, count(*) as ever,
        count(*) filter (where watched_at > $1 - interval '1 day' and watched_at <= $1) as daily,
        count(*) filter (where watched_at > $1 - interval '7 days' and watched_at <= $1) as weekly,
        count(*) filter (where watched_at > $1 - interval '30 days' and watched_at <= $1) as monthly,
        count(*) filter (where watched_at > $1 - interval '365 days' and watched_at <= $1) as yearly
    from plays group by title_id, user_id
), had as (
    select title_id, user_id, count(*) as ever,
        count(*) filter (where collected_at > $1 - interval '1 day' and collected_at <= $1) as daily,
        count(*) filter (where collected_at > $1 - interval '7 days' and collected_at <= $1) as weekly,
        count(*) filter (where collected_at > $1 - interval '30 days' and collected_at <= $1) as monthly,
        count(*) filter (where collected_at > $1 - interval '365 days' and collected_at <= $1) as yearly
    from collection group by title_id, user_id
), counted as (
    select period, title_id, count(*) as watchers, sum(times) as plays, 0 as collectors, 0 as collected,
        0 as favorited, 0 as listed
    from played cross join lateral (
        values ('daily', daily), ('weekly', weekly), ('monthly', monthly), ('yearly', yearly), ('all', ever)
    ) as each (period, times)
    where times > 0 group by period, title_id
    union all
    select period, title_id, 0, 0, count(*), sum(times), 0, 0
    from had cross join lateral (
        values ('daily', daily), ('weekly', weekly), ('monthly', monthly), ('yearly', yearly), ('all', ever)
    ) as each (period, times)
    where times > 0 group by period, title_id
    union all
    select period, title_id, 0, 0, 0, 0, count(*) filter (where list_id = 2), count(*) filter (where list_id <> 2)
    from list_items
    join (select period, since from bounds union all select 'all', '-infinity') as spans
        on listed_at > since and (listed_at <= $1 or period = 'all')
    where list_items.kind in ('movie', 'show')
    group by period, title_id
), fresh as materialized (
    select counted.period, counted.title_id, titles.kind, sum(watchers)::int as watchers, sum(plays)::bigint as plays,
        sum(collectors)::int as collectors, sum(collected)::bigint as collected, sum(favorited)::int as favorited,
        sum(listed)::int as listed
    from counted join titles on titles.id = counted.title_id
    where not (titles.provisional and titles.ids = '{}')
    group by counted.period, counted.title_id, titles.kind
), gone as (
    delete from totals where not exists (
        select from fresh where fresh.period = totals.period and fresh.title_id = totals.title_id
    )
)
insert into totals as known (period, title_id, kind, watchers, plays, collectors, collected, favorited, listed)
select period, title_id, kind, watchers, plays, collectors, collected, favorited, listed from fresh
on conflict (period, title_id) do update set
    watchers = excluded.watchers, plays = excluded.plays, collectors = excluded.collectors,
    collected = excluded.collected, favorited = excluded.favorited, listed = excluded.listed
where (known.watchers, known.plays, known.collectors, known.collected, known.favorited, known.listed)
    is distinct from (excluded.watchers, excluded.plays, excluded.collectors, excluded.collected,
        excluded.favorited, excluded.listed)

-- name: refresh_items
with counted as (
    select item_id, count(*) as watchers, sum(times) as plays, 0 as collectors, 0 as listed, null::int[] as votes
    from (select item_id, user_id, count(*) as times from plays group by item_id, user_id) as played
    group by item_id
    union all
    select item_id, 0, 0, count(*), 0, null from collection group by item_id
    union all
    select item_id, 0, 0, 0, count(*), null from list_items where list_id <> 2 group by item_id
    union all
    select item_id, 0, 0, 0, 0, array[
        count(*) filter (where rating = 1), count(*) filter (where rating = 2), count(*) filter (where rating = 3),
        count(*) filter (where rating = 4), count(*) filter (where rating = 5), count(*) filter (where rating = 6),
        count(*) filter (where rating = 7), count(*) filter (where rating = 8), count(*) filter (where rating = 9),
        count(*) filter (where rating = 10)
    ]::int[]
    from ratings group by item_id
), fresh as materialized (
    select item_id, sum(watchers)::int as watchers, sum(plays)::bigint as plays, sum(collectors)::int as collectors,
        sum(listed)::int as listed, coalesce(max(votes), array_fill(0, array[10])) as votes
    from counted group by item_id
), gone as (
    delete from item_totals where not exists (select from fresh where fresh.item_id = item_totals.item_id)
)
insert into item_totals as known (item_id, watchers, plays, collectors, listed, votes)
select item_id, watchers, plays, collectors, listed, votes from fresh
on conflict (item_id) do update set
    watchers = excluded.watchers, plays = excluded.plays, collectors = excluded.collectors,
    listed = excluded.listed, votes = excluded.votes
where (known.watchers, known.plays, known.collectors, known.listed, known.votes)
    is distinct from (excluded.watchers, excluded.plays, excluded.collectors, excluded.listed, excluded.votes)

-- name: of_title
select coalesce(sum(watchers), 0)::int as watchers, coalesce(sum(plays), 0)::bigint as plays,
    coalesce(sum(collectors), 0)::int as collectors, coalesce(sum(favorited), 0)::int as favorited,
    coalesce(sum(listed), 0)::int as listed
from totals where period = 'all' and title_id = $1

-- name: of_items
-- Of a season ($1 are its episodes) what is told is what its episodes make together: those who
-- watched one are at least so many as watched the most watched.
select coalesce(max(watchers), 0)::int as watchers, coalesce(sum(plays), 0)::bigint as plays,
    coalesce(max(collectors), 0)::int as collectors, 0 as favorited, coalesce(sum(listed), 0)::int as listed
from item_totals where item_id = any($1::bigint[])

-- name: votes
select votes from item_totals where item_id = $1
