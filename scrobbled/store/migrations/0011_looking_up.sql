-- Filters by words of the name, and by what who asks has already. Search for episodes by their names.

-- Whether a user watched, collected or wants to watch a title: those of the three that *words* has.
create or replace function is_known_to(who bigint, title_id bigint, words jsonb) returns boolean
language plpgsql stable parallel safe as $$ begin
    return (words ? 'watched' and exists (
            select from plays where plays.user_id = who and plays.title_id = is_known_to.title_id))
        or (words ? 'collected' and exists (
            select from collection where collection.user_id = who and collection.title_id = is_known_to.title_id))
        or (words ? 'watchlisted' and exists (
            select from list_items where list_items.user_id = who and list_items.list_id = 1
                and list_items.title_id = is_known_to.title_id));
end $$;

-- Whether a title is one of those a client filters for: model.filters.Filters as JSON. What is not
-- known does not fit. Without a subquery the planner makes it part of the statement.
create or replace function fits(title titles, wanted jsonb) returns boolean language sql stable parallel safe
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
    and (not wanted ? 'status' or wanted -> 'status' ? lower(title.details ->> 'status'))
    and (not wanted ? 'query' or position(wanted ->> 'query' in lower(title.name)) > 0
        or position(wanted ->> 'query' in lower(title.details ->> 'original_title')) > 0)
    and (not wanted ? 'ignored' or not is_known_to((wanted ->> 'user_id')::bigint, title.id, wanted -> 'ignored'));

-- Names by their words, for search. What is only called by its number is found by that.
create index episodes_words on episodes using gin (to_tsvector('simple', name)) where name not like 'Episode %';

-- A film's first day online, of the dates of all countries.
create index titles_streamed on titles ((details ->> 'streamed')) where details ? 'streamed';
update titles set details = titles.details || jsonb_build_object('streamed', online.day)
from (
    select id, min(release ->> 'date') as day
    from titles cross join lateral jsonb_array_elements(details -> 'releases') as release
    where details -> 'releases' @> '[{"type": "digital"}]' and release ->> 'type' = 'digital'
    group by id
) as online
where titles.id = online.id;
