# What the handbook (systemd/README.md, systemd/docs) tells an operator to do. Sourced by run.
# shellcheck shell=bash

back_up() { documented rewriting | grep aof_rewrite_in_progress:0 && documented backup && inside tar -tf /var/backups/queue.tar | grep -F .aof; }
restore() { documented restore && eventually 20 answers /readyz; }

me_says() { api GET /v1/users/me "$1" | grep -F "$2"; }

# Tokens signed with the old key go on being accepted until it is taken out.
rotate_keys() {
  local token kid
  token=$(sign_up rotation)
  kid=$(inside ticketctl keys show | sed -n 's/ signs$//p')
  documented new-key || return 1
  documented sign-with-it || return 1
  eventually 20 me_says "$token" '"success":true' || return 1
  documented old-key 2026-07 "$kid" || return 1
  eventually 20 me_says "$token" '"code":"token_invalid"'
}

# All access tokens end, and all sessions; and the service goes on.
end_everything() {
  local signed_up access refresh
  signed_up=$(api POST /v1/auth/register - '{"name":"leak","email":"leak@example.com","password":"correct horse"}')
  access=$(field data.tokens.access_token <<<"$signed_up") refresh=$(field data.tokens.refresh_token <<<"$signed_up")
  documented stolen || return 1
  me_says "$access" '"code":"token_invalid"' || return 1
  api POST /v1/auth/refresh-tokens - "{\"refresh_token\":\"$refresh\"}" | grep -F '"code":"invalid_refresh_token"' || return 1
  api POST /v1/auth/login - '{"email":"leak@example.com","password":"correct horse"}' | grep -F '"success":true' && setup_twice_changes_nothing
}

new_redis_passwords() {
  local before after
  before=$(inside cat /etc/ticketd/credentials/api/QUEUE_REDIS_URL)
  documented redis-passwords || return 1
  after=$(inside cat /etc/ticketd/credentials/api/QUEUE_REDIS_URL)
  [[ $before != "$after" ]] && book_and_promote
}

new_edge_key() {
  local before after
  before=$(inside cat /etc/ticketd/credentials/api/TICKETD_EDGE_KEY)
  documented edge-key || return 1
  after=$(inside cat /etc/ticketd/credentials/api/TICKETD_EDGE_KEY)
  [[ $after && $before != "$after" ]] && another_site_is_refused && answers /readyz
}

limits_by_drop_in() {
  documented limits || return 1
  inside sh -ec 'systemctl show -p MemoryMax,TasksMax ticketd@events-book.service
    rm -r /etc/systemd/system/ticketd@events-book.service.d; systemctl daemon-reload' | grep -x MemoryMax=536870912
}

one_endpoint_off_and_on() {
  documented off-the-air events-book root && answers / 502 || return 1
  documented start && answers /
}

all_off_and_on() {
  documented stop && answers / 502 || return 1
  documented start && eventually 20 answers /readyz
}

register() {
  api POST /v1/auth/register - "{\"name\":\"$1\",\"email\":\"$1@example.com\",\"password\":\"correct horse\"}" | grep -F '"success":true'
}

sign_in_again() {
  register bob && documented sign-in | grep -E 'has the password .{20}$'
}

# Once by hand, as the timer does it, in its sandbox.
purge_by_its_unit() {
  documented purge-now | grep -F ticketctl && inside systemctl is-active -q ticketd-privacy.timer
}

export_ann() { documented export && inside grep -F ann@example.com /root/ann.json; }

more_memory() {
  documented more-memory || return 1
  eventually 10 inside ticketctl doctor | grep -E 'queue redis maxmemory .* of 1024 MiB'
}

operate() {
  step "operating it"
  check "limits of one endpoint by a drop-in" limits_by_drop_in
  check "one endpoint off the air, and on again" one_endpoint_off_and_on
  check "all of it off, and on again" all_off_and_on
  check "what waits, and the schema" documented queue
  check "what went wrong lately" documented warnings
  check "/metrics" documented metrics
  check "a user called Ann" register ann
  check "finding users and events" documented find
  check "where a booking has gone" documented vanished
  check "another address and a new password" sign_in_again
  check "what is known about people, and how long it is kept" documented privacy
  check "deleting what is due" purge_by_its_unit
  check "all that is known about Ann" export_ann
  check "ending sessions and accounts" documented end
  check "back up, while it runs" back_up
  check "restore" restore
  check "a new key for access tokens, then the old one out" rotate_keys
  check "a stolen key: all sessions end" end_everything
  check "new Redis passwords" new_redis_passwords
  check "a new key by which endpoints know nginx" new_edge_key
}

# The answer to each fault is in tests/e2e and doctor.sh; here, that what the handbook says to do can be done.
in_trouble() {
  step "in trouble"
  check "the queue is full" documented queue-full
  check "more memory for the queue" more_memory
  check "the queue is away" documented queue-away
  check "the database is away" documented database-away
  check "requests stay queued" documented stay-queued
  check "dead letters" documented dead
}

# PostgreSQL is reached over TCP with passwords then, as on another host.
to_another_host() {
  inside sh -ec "cd /; echo \"ALTER ROLE postgres PASSWORD 'admin'\" >/root/sql; runuser -u postgres -- psql -Xq </root/sql; rm /root/sql"
  documented move PASSWORD@db.example.org admin@127.0.0.1:5432 '?sslmode=verify-full' ''
}

move_the_database() {
  step "PostgreSQL on another host"
  check "ticketctl setup --database-url" to_another_host
  check "a second ticketctl setup changes nothing" setup_twice_changes_nothing
  check "a booking there" book_and_promote
  check "the sandbox still scores 1.5 or better" score_of_each_service
  check "ticketctl verify finds all rules kept" rules_hold
}
