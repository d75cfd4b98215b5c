# Restarts and upgrades while clients read and book. Sourced by run.
# shellcheck shell=bash

no_limits() {
  inside sh -ec 'sed -i "/^TICKETD_RATE_LIMIT=/d" /etc/ticketd/ticketd.env; echo TICKETD_RATE_LIMIT=off >>/etc/ticketd/ticketd.env
    sed -i "/ticketd_rate_limit/,/}/s/\"on\"/\"off\"/" /etc/ticketd/nginx-settings.conf; nginx -t -q; systemctl reload nginx
    systemctl try-restart "ticketd@*.service"'
}

start_load() {
  : >"$WORK/load.err"
  nsenter -t "$LEADER" -n -- python3 tests/systemd/load.py "$URL" "$LOAD_RATE" >"$WORK/load.json" 2>"$WORK/load.err" &
  LOAD=$!
  eventually 60 grep -q running "$WORK/load.err"
  sleep 3   # of quiet load before
}

stop_load() {
  sleep 3   # and after
  kill -TERM "$LOAD"
  wait "$LOAD" || cat "$WORK/load.err"
  sed 's/^/    /' "$WORK/load.json"
}

load_says() { python3 -c "import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not ($1))" "$WORK/load.json"; }

# check_load NAME [RATE]
check_load() {
  check "$1: the load was ${2:-300} requests a second or more" load_says "d['per_second'] >= ${2:-300}"
  check "$1: no request failed" load_says 'd["failed"] == 0'
  check "$1: every accepted booking has its outcome" load_says 'd["accepted"] > 100 and d["without_outcome"] == 0'
  check "$1: ticketctl verify finds all rules kept" rules_hold
}

worker_pid_changed() { has_new_pid ticketd-worker@1.service "$1"; }

restart_under_load() {
  local worker book
  step "systemctl restart 'ticketd@*' 'ticketd-worker@*' under load"
  no_limits
  documented second-worker
  start_load
  worker=$(main_pid ticketd-worker@1.service) book=$(main_pid ticketd@events-book.service)
  # The pattern means the sockets too, which refuse: hence its exit status.
  inside systemctl restart 'ticketd@*' 'ticketd-worker@*' >"$WORK/restart.log" 2>&1 || true
  check "as the handbook says it" documented restart
  check "a key for access tokens is accepted everywhere" documented new-key 2027-01 under-load
  check "and then signs" documented sign-with-it 2027-01 under-load
  check "the worker is another process" has_new_pid ticketd-worker@1.service "$worker"
  check "the endpoint is another process" has_new_pid ticketd@events-book.service "$book"
  stop_load
  check_load restart
}

# What the running Redis $1 answers to whether a user may do something.
dry_run() {
  local name=$1
  shift
  # shellcheck disable=SC2016  # expanded there
  inside bash -c 'url=$(<"/etc/ticketd/credentials/admin/${1^^}_REDIS_URL") password=${url#*admin:}
    REDISCLI_AUTH=${password%%@*} redis-cli -s "/run/ticketd-redis-$1/redis.sock" --user admin ACL DRYRUN "${@:2}"' dry_run "$name" "$@"
}
redis_lets() { [[ $(dry_run "$@") == OK ]]; }
redis_forbids() { [[ $(dry_run "$@") == *"no permission"* ]]; }

# The same package, a version higher, with one more migration and one more endpoint, and other rights in Redis.
make_next_package() {
  local tree=$WORK/next
  rm -rf "$tree"
  dpkg-deb -R "$PACKAGE" "$tree"
  sed -i "s/^Version: .*/Version: $NEXT/" "$tree/DEBIAN/control"
  cat >"$tree/usr/share/ticketd/migrations/9000_test.sql" <<'END'
CREATE TABLE test_upgrade (id integer PRIMARY KEY);
ALTER TABLE events ADD COLUMN test_upgrade integer;
END
  sed -i '/^user api /s/ +info / +append /' "$tree/usr/share/ticketd/redis-queue.acl.in"
  cp "$tree/usr/lib/ticketd/handlers/livez" "$tree/usr/lib/ticketd/handlers/test-new"
  ln -s ../ticketd@.socket "$(find "$tree" -name ticketd.target.wants)/ticketd@test-new.socket"   # below /lib or /usr/lib
  dpkg-deb --root-owner-group -b "$tree" "$ROOT_DIR/root/next.deb" && rm -rf "$tree"
}

upgrade_under_load() {
  local book
  NEXT=${VERSION}+next
  step "an upgrade to $NEXT under load"
  make_next_package >/dev/null
  start_load
  book=$(main_pid ticketd@events-book.service)
  check "apt installs the next version" documented upgrade ticketd_NEW.deb next.deb
  check "Redis lets its users do what it needs" redis_lets queue api APPEND ticketd:shards x
  check "and not what the version before needed" redis_forbids queue api INFO
  check "no part sends Redis code of its own" redis_forbids queue api EVAL 'return 1' 0
  check "its endpoints take requests of nginx alone" another_site_is_refused
  check "its migration is applied" inside runuser -u postgres -- psql -XqAtc 'SELECT count(*) FROM test_upgrade' ticketd
  check "its endpoints run" has_new_pid ticketd@events-book.service "$book"
  check "its new endpoint listens" inside systemctl is-active -q ticketd@test-new.socket
  stop_load
  check_load upgrade
  check "the data is still there" inside runuser -u postgres -- psql -XqAtc 'SELECT 1 / sign(count(*)) FROM bookings' ticketd
}

version_is() { inside dpkg-query -W -f '${Version}' ticketd | grep -Fx "$1"; }

# The earlier version, on the schema of the next one.
go_back() {
  local book
  step "back to $VERSION"
  book=$(main_pid ticketd@events-book.service)
  check "apt installs the earlier version" documented back ./ticketd_OLD.deb "./$(basename "$PACKAGE")"
  check "it is installed" version_is "$VERSION"
  check "its endpoints run" has_new_pid ticketd@events-book.service "$book"
  check "it takes the schema as it is" inside ticketctl migrate --status
  check "a booking with it" book_and_promote
  check "ticketctl verify finds all rules kept" rules_hold
}
