-- Received webhooks, kept for their owner to see and for a parser that has learned.

create table webhooks (
    user_id bigint not null,
    id uuid not null,                          -- its event's
    received_at timestamptz not null,
    token_id bigint not null,                  -- the connection it came by
    player text not null,                      -- in its address; auto = any
    event jsonb not null,                      -- as it was read, see model/event.py
    content_type text not null,
    filters jsonb not null,                    -- what its address counts; {} = everything
    body bytea,                                -- without secrets; null = not kept
    size integer not null,                     -- of the body as it came, in bytes
    truncated boolean not null,
    primary key (user_id, id)
) partition by hash (user_id);
create index webhooks_newest on webhooks (user_id, received_at desc, id desc);
create index webhooks_received on webhooks using brin (received_at) with (autosummarize = on);

-- The newest webhook that came by it, within some seconds.
alter table tokens add column last_event_at timestamptz;
create unique index tokens_id on tokens (id);

-- A token that stands for a media server with many accounts.
alter table tokens add column shared boolean not null default false;

-- Whose accounts those are: what a player calls somebody (id or name, folded), and our user.
create table accounts (
    user_id bigint not null,                   -- the owner of the connection
    source text not null,                      -- the player
    account text not null,
    member_id bigint not null,                 -- the user who watches with it
    mapped_at timestamptz not null default now(),
    primary key (user_id, source, account)
);

-- What accounts did that nobody has mapped yet, whole, so that it can enter a history at its own time.
create table held (
    user_id bigint not null,                   -- the owner of the connection
    event_id uuid not null,
    event jsonb not null,
    source text not null,
    account text[] not null,                   -- all that the player calls them, the id first
    occurred_at timestamptz not null,
    primary key (user_id, event_id)
);

do $$
declare
    partitions constant integer := 4;
begin
    for remainder in 0 .. partitions - 1 loop
        execute format(
            'create table %I partition of webhooks for values with (modulus %s, remainder %s)',
            'webhooks_' || remainder, partitions, remainder
        );
    end loop;
end
$$;
