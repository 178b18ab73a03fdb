-- What all users together did, counted anew: one pass over each table, and never for a request.

-- name: settings
-- For the transaction: everything is read, so the plans of the workers' look-ups do not suit.
set local enable_seqscan = on;
set local enable_hashjoin = on;
set local enable_mergejoin = on;
set local work_mem = '64MB'

-- name: lock
-- Whether nobody else counts.
select pg_try_advisory_xact_lock(7274666)

-- name: refresh_titles
-- By title and period, up to $1, from $2 (a day before), $3 (a week), $4 (a month) and $5 (a year) on: who
-- played, has and likes it. Titles that only one player's own words
-- made are nobody else's business. Rows that stay as they are are not touched.
with played as (
    select title_id, count(*) as ever, sum(ever) as ever_times,
        count(*) filter (where daily > 0) as daily, sum(daily) as daily_times,
        count(*) filter (where weekly > 0) as weekly, sum(weekly) as weekly_times,
        count(*) filter (where monthly > 0) as monthly, sum(monthly) as monthly_times,
        count(*) filter (where yearly > 0) as yearly, sum(yearly) as yearly_times
    from (
        select title_id, count(*) as ever,
            count(*) filter (where watched_at > $2::timestamptz and watched_at <= $1) as daily,
            count(*) filter (where watched_at > $3::timestamptz and watched_at <= $1) as weekly,
            count(*) filter (where watched_at > $4::timestamptz and watched_at <= $1) as monthly,
            count(*) filter (where watched_at > $5::timestamptz and watched_at <= $1) as yearly
        from plays group by title_id, user_id
    ) as of_users
    group by title_id
), had as (
    select title_id, count(*) as ever, sum(ever) as ever_times,
        count(*) filter (where daily > 0) as daily, sum(daily) as daily_times,
        count(*) filter (where weekly > 0) as weekly, sum(weekly) as weekly_times,
        count(*) filter (where monthly > 0) as monthly, sum(monthly) as monthly_times,
        count(*) filter (where yearly > 0) as yearly, sum(yearly) as yearly_times
    from (
        select title_id, count(*) as ever,
            count(*) filter (where collected_at > $2::timestamptz and collected_at <= $1) as daily,
            count(*) filter (where collected_at > $3::timestamptz and collected_at <= $1) as weekly,
            count(*) filter (where collected_at > $4::timestamptz and collected_at <= $1) as monthly,
            count(*) filter (where collected_at > $5::timestamptz and collected_at <= $1) as yearly
        from collection group by title_id, user_id
    ) as of_users
    group by title_id
), spans (period, since) as (
    values ('daily', $2::timestamptz), ('weekly', $3::timestamptz),
        ('monthly', $4::timestamptz), ('yearly', $5::timestamptz), ('all', '-infinity')
), counted as (
    select period, title_id, users as watchers, times as plays, 0 as collectors, 0 as collected, 0 as favorited,
        0 as listed
    from played cross join lateral (
        values ('daily', daily, daily_times), ('weekly', weekly, weekly_times), ('monthly', monthly, monthly_times),
            ('yearly', yearly, yearly_times), ('all', ever, ever_times)
    ) as each (period, users, times)
    where times > 0
    union all
    select period, title_id, 0, 0, users, times, 0, 0
    from had cross join lateral (
        values ('daily', daily, daily_times), ('weekly', weekly, weekly_times), ('monthly', monthly, monthly_times),
            ('yearly', yearly, yearly_times), ('all', ever, ever_times)
    ) as each (period, users, times)
    where times > 0
    union all
    select period, title_id, 0, 0, 0, 0, count(*) filter (where list_id = 2), count(*) filter (where list_id <> 2)
    from list_items join spans on listed_at > since and (listed_at <= $1::timestamptz or period = 'all')
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
insert into totals (period, title_id, kind, watchers, plays, collectors, collected, favorited, listed)
select period, title_id, fresh.kind, fresh.watchers, fresh.plays, fresh.collectors, fresh.collected, fresh.favorited,
    fresh.listed
from fresh left join totals as known using (period, title_id)
where (known.watchers, known.plays, known.collectors, known.collected, known.favorited, known.listed)
    is distinct from (fresh.watchers, fresh.plays, fresh.collectors, fresh.collected, fresh.favorited, fresh.listed)
on conflict (period, title_id) do update set
    watchers = excluded.watchers, plays = excluded.plays, collectors = excluded.collectors,
    collected = excluded.collected, favorited = excluded.favorited, listed = excluded.listed

-- name: refresh_items
-- What seasons and episodes are asked for alone; films and shows are among the titles.
with counted as (
    select item_id, count(*) as watchers, sum(times) as plays, 0 as collectors, 0 as listed, null::int[] as votes
    from (
        select item_id, count(*) as times from plays where kind = 'episode' group by item_id, user_id
    ) as of_users
    group by item_id
    union all
    select item_id, 0, 0, count(*), 0, null from collection where kind = 'episode' group by item_id
    union all
    select item_id, 0, 0, 0, count(*), null from list_items
    where list_id <> 2 and kind in ('season', 'episode') group by item_id
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
insert into item_totals (item_id, watchers, plays, collectors, listed, votes)
select item_id, fresh.watchers, fresh.plays, fresh.collectors, fresh.listed, fresh.votes
from fresh left join item_totals as known using (item_id)
where (known.watchers, known.plays, known.collectors, known.listed, known.votes)
    is distinct from (fresh.watchers, fresh.plays, fresh.collectors, fresh.listed, fresh.votes)
on conflict (item_id) do update set
    watchers = excluded.watchers, plays = excluded.plays, collectors = excluded.collectors,
    listed = excluded.listed, votes = excluded.votes

-- name: of_title
select coalesce(sum(watchers), 0)::int as watchers, coalesce(sum(plays), 0)::bigint as plays,
    coalesce(sum(collectors), 0)::int as collectors, coalesce(sum(collected), 0)::bigint as collected,
    coalesce(sum(favorited), 0)::int as favorited, coalesce(sum(listed), 0)::int as listed
from totals where period = 'all' and title_id = $1

-- name: of_items
-- Of a season ($1 are its episodes) what is told is what its episodes make together: those who
-- watched one are at least so many as watched the most watched.
select coalesce(max(watchers), 0)::int as watchers, coalesce(sum(plays), 0)::bigint as plays,
    coalesce(max(collectors), 0)::int as collectors, coalesce(sum(collectors), 0)::bigint as collected,
    0 as favorited, coalesce(sum(listed), 0)::int as listed
from item_totals where item_id = any($1::bigint[])

-- name: votes
select votes from item_totals where item_id = $1
