-- How long histories are.

-- name: moved_at
-- When a user's plays last changed; null where that never was noted.
select array_agg(at order by what) from activities
where user_id = $1 and what in ('movies.watched_at', 'episodes.watched_at')

-- name: length
select count(*) from plays where user_id = $1 and ($2::text is null or kind = $2)
