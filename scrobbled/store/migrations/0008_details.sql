-- What clients show of a title beyond its name, and what charts and calendars are made from.

alter table titles add column details jsonb not null default '{}';
alter table episodes add column details jsonb not null default '{}';

create index titles_popular on titles (kind, popularity desc, id);
create index titles_updated on titles (kind, updated_at);
create index titles_released on titles ((details ->> 'released')) where details ? 'released';
create index titles_on_disc on titles ((details ->> 'on_disc')) where details ? 'on_disc';
create index episodes_aired on episodes (first_aired) where first_aired is not null;

-- Every season of an episode has an id.
insert into seasons (show_id, number) select distinct show_id, season from episodes
on conflict (show_id, number) do nothing;

create table totals (
    period text not null check (period in ('daily', 'weekly', 'monthly', 'yearly', 'all')),
    title_id bigint not null,
    kind text not null check (kind in ('movie', 'show')),
    watchers integer not null default 0,
    plays bigint not null default 0,
    collectors integer not null default 0,
    collected bigint not null default 0,
    favorited integer not null default 0,
    listed integer not null default 0,
    primary key (period, title_id)
);

create table item_totals (
    item_id bigint primary key,
    watchers integer not null default 0,
    plays bigint not null default 0,
    collectors integer not null default 0,
    listed integer not null default 0,
    votes integer[] not null
);

create function fits(title titles, wanted jsonb) returns boolean language sql stable parallel safe
return (not wanted ? 'years' or title.year between (wanted -> 'years' ->> 0)::int and (wanted -> 'years' ->> 1)::int)
    and (not wanted ? 'runtimes'
        or title.runtime between (wanted -> 'runtimes' ->> 0)::int and (wanted -> 'runtimes' ->> 1)::int)
    and (not wanted ? 'ratings' or (title.details ->> 'rating')::float8 * 10
        between (wanted -> 'ratings' ->> 0)::int and (wanted -> 'ratings' ->> 1)::int)
    and (not wanted ? 'votes' or (title.details ->> 'votes')::int
        between (wanted -> 'votes' ->> 0)::int and (wanted -> 'votes' ->> 1)::int)
    and (not wanted ? 'genres' or lower(replace(title.genres::text, ' ', '-'))::text[]
        && translate(wanted ->> 'genres', '[]', '{}')::text[])
    and (not wanted ? 'countries' or wanted -> 'countries' ? lower(title.country))
    and (not wanted ? 'languages' or wanted -> 'languages' ? lower(title.details ->> 'language'))
    and (not wanted ? 'certifications' or wanted -> 'certifications' ? lower(title.details ->> 'certification'))
    and (not wanted ? 'networks' or wanted -> 'networks' ? lower(title.details ->> 'network'))
    and (not wanted ? 'status' or wanted -> 'status' ? lower(title.details ->> 'status'));
