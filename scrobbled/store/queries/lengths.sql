-- How long histories are.

-- name: length
select count(*) from plays where user_id = $1 and ($2::text is null or kind = $2)
