-- Where accepted events are kept while the stream is away.

create table inbox (
    user_id bigint not null,
    number bigint generated always as identity,  -- the order they came in
    received_at timestamptz not null,
    event bytea not null,                        -- as the stream has it, see stream/codec.py
    webhook bytea,                               -- what it came in; null = no webhook
    tries integer not null default 0,            -- how often a worker took it
    primary key (user_id, number)
);
create index inbox_in_order on inbox (number);
