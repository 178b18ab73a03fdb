-- What people add to their histories by hand, and take out.

-- name: note_plays
-- Where the items stand after plays were added: as rules.fold.Fold.record has it.
with noted as (
    insert into playback (
        user_id, item_id, title_id, kind, last_event_at, viewing, counted, settled, last_play_at
    )
    select $1, item_id, title_id, kind, watched_at, 'closed', true, false, watched_at
    from unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
        as played (item_id, title_id, kind, watched_at)
    on conflict (user_id, item_id) do update set
        counted = playback.counted or playback.last_play_at is null or playback.last_play_at <= excluded.last_play_at,
        settled = playback.settled and coalesce(playback.last_play_at > excluded.last_play_at, false),
        last_play_at = greatest(playback.last_play_at, excluded.last_play_at)
)
-- A position is left behind by what was watched after it.
select distinct playback.kind
from unnest($2::bigint[], $5::timestamptz[]) as played (item_id, watched_at)
join playback on playback.user_id = $1 and playback.item_id = played.item_id
where playback.paused_at <= played.watched_at

-- name: leave_positions
update playback set progress = null, paused_at = null
from unnest($2::bigint[], $3::timestamptz[]) as played (item_id, watched_at)
where playback.user_id = $1 and playback.item_id = played.item_id and playback.paused_at <= played.watched_at

-- name: remove_plays
-- Plays by id ($2), of films and episodes ($3), of whole shows ($4), of seasons ($5, $6). They stay away, though
-- the events that made them may be told again.
with meant as materialized (
    select id from plays where user_id = $1 and id = any($2::bigint[])
    union
    select id from plays where user_id = $1 and item_id = any($3::bigint[])
    union
    select id from plays where user_id = $1 and title_id = any($4::bigint[]) and kind = 'episode'
    union
    select plays.id
    from unnest($5::bigint[], $6::int[]) as asked (show_id, season)
    join episodes on episodes.show_id = asked.show_id and episodes.season = asked.season
    join plays on plays.user_id = $1 and plays.item_id = episodes.id
), gone as (
    delete from plays using meant where plays.user_id = $1 and plays.id = meant.id
    returning plays.user_id, plays.id, plays.item_id, plays.kind, plays.watched_at, plays.cause, plays.event_id, plays.created_at
), kept as (
    insert into removed_plays (user_id, id, item_id, watched_at, cause, event_id, created_at)
    select user_id, id, item_id, watched_at, cause, event_id, created_at from gone
    on conflict do nothing
)
select id, item_id, kind from gone

-- name: note_removals
-- Where the items stand after plays of theirs were removed: as rules.fold.Fold.take_out has it.
update playback set last_play_at = left_over.at, counted = false, settled = false
from (
    select stands.item_id, (
        select max(plays.watched_at)
        from plays
        where plays.user_id = $1 and plays.item_id = stands.item_id
            and (stands.unticked_at is null or plays.watched_at > stands.unticked_at)
    ) as at
    from playback as stands
    where stands.user_id = $1 and stands.item_id = any($2::bigint[])
) as left_over
where playback.user_id = $1 and playback.item_id = left_over.item_id
    and playback.last_play_at is distinct from left_over.at

-- name: forget_blank
-- Items of which nothing is left.
delete from playback
where user_id = $1 and item_id = any($2::bigint[]) and last_play_at is null and position is null
    and progress is null and viewing = 'closed' and not counted and unticked_at is null
