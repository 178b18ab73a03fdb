-- What people do by hand in their players: ticks, which belong together and can be taken back.

alter table events add column by_hand boolean not null default false;   -- nothing was played: ticked, unticked, rated
create index events_by_hand on events (user_id, received_at desc, id) where by_hand;

alter table playback add column unticked_at timestamptz;                -- when a play of it was last taken back
