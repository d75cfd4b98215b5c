# A host that serves people goes from Debian 12 to 13, as systemd/docs/dist-upgrade.md says it, with the packages of both.
# Not one of the default parts: it needs the packages of both, and the network when it runs for the first time. Sourced by run.
# shellcheck shell=bash

NEXT_PACKAGE=""   # of Debian 13
DOWNLOADS=""      # what apt needs for the way there, as a tarball: later runs need no network

# In a host of its own that is thrown away. What is installed there starts nothing.
make_downloads() {
  local tree=$WORK/base
  rm -rf "$tree" "$WORK"/trixie-*.tar && mkdir "$tree" && tar -C "$tree" -xf "$BASE" || return 1
  cp "$PACKAGE" "$tree/root/ticketd.deb" && cp "$NEXT_PACKAGE" "$tree/root/next.deb"
  printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d" && chmod 755 "$tree/usr/sbin/policy-rc.d"
  systemd-nspawn -q -D "$tree" --register=no --keep-unit --pipe --as-pid2 --resolv-conf=copy-host \
    env DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 sh -ec '
      apt-get install -y -q /root/ticketd.deb
      rm /var/cache/apt/archives/*.deb
      apt-get -q update
      apt-get dist-upgrade -y -q
      sed -i s/bookworm/trixie/ /etc/apt/sources.list
      apt-get -q -o APT::Get::List-Cleanup=false update
      apt-get dist-upgrade -y -q --download-only
      apt-get install -y -q --download-only /root/next.deb' </dev/null || return 1
  tar -C "$tree" -cf "$DOWNLOADS.new" ./var/cache/apt/archives ./var/lib/apt/lists && mv "$DOWNLOADS.new" "$DOWNLOADS"
  rm -rf "$tree"
}

must_have_downloads() {
  DOWNLOADS=$WORK/trixie-$(printf '%s\n' "$BASE" "$(sources_for trixie)" "$(dpkg-deb -f "$NEXT_PACKAGE" Depends)" | sha256sum | cut -c 1-12).tar
  [[ ! -e $DOWNLOADS ]] || return 0
  step "downloading what Debian 13 is made of (once; $WORK/downloads.log)"
  make_downloads >"$WORK/downloads.log" 2>&1 || { tail -n 20 "$WORK/downloads.log" && return 1; }
}

token_of() { api POST /v1/auth/login - "{\"email\":\"$1@example.com\",\"password\":\"correct horse\"}" | field data.tokens.access_token; }
# make_event TOKEN SEATS: its id.
make_event() {
  api POST /v1/events/initialize "$1" "{\"title\":\"Concert\",\"description\":\"-\",\"location\":\"Hall\",
    \"start_date_time\":\"2032-05-01T18:00:00Z\",\"end_date_time\":\"2032-05-01T21:00:00Z\",\"number_of_tickets\":$2}" | field data.id
}
book() { api POST /v1/events/book "$1" "{\"event_id\":\"$2\"}" | field data.request.id; }
request_is() { [[ $(api GET "/v1/requests/$2" "$1" | field data.state) == "$3" ]]; }

# Ann has the one seat, Bob waits for it.
book_before() {
  local ann bob
  register ann && register bob && register carol || return 1
  ann=$(token_of ann) bob=$(token_of bob)
  EVENT=$(make_event "$ann" 1) && book "$ann" "$EVENT" && eventually 5 is_state "$ann" confirmed || return 1
  book "$bob" "$EVENT" && eventually 5 is_state "$bob" waitlisted
}
both_are_as_before() { is_state "$(token_of ann)" confirmed && is_state "$(token_of bob)" waitlisted; }
who_waits_gets_the_seat() {
  api DELETE /v1/events/booking/cancel "$(token_of ann)" "{\"event_id\":\"$EVENT\"}" && eventually 5 is_state "$(token_of bob)" confirmed
}

# A booking that is accepted, and that no worker decides until decide_waiting.
leave_one_waiting() {
  local carol
  carol=$(token_of carol)
  inside sh -c 'systemctl stop "ticketd-worker@*.service"; systemctl mask -q ticketd-worker@1.service'
  WAITING_REQUEST=$(book "$carol" "$(make_event "$carol" 5)") && sleep 1 && request_is "$carol" "$WAITING_REQUEST" queued
}
still_waits() { request_is "$(token_of carol)" "$WAITING_REQUEST" queued; }
decide_waiting() {
  local carol
  carol=$(token_of carol)
  inside sh -c 'systemctl unmask -q ticketd-worker@1.service; systemctl start ticketd.target'
  eventually 20 request_is "$carol" "$WAITING_REQUEST" "done" && is_state "$carol" confirmed
}

runs_redis() { [[ $(inside ticketctl doctor | grep -cE "^ok +(queue|cache) redis version +$1\.") == 2 ]]; }
postgres_is() { inside runuser -u postgres -- psql -XqAtc 'SHOW server_version' ticketd | grep "^$1\."; }
cluster_is() { inside pg_lsclusters -h | grep -E "^$1 +$2 .* $3"; }
debian_is() { inside cat /etc/debian_version | grep "^$1"; }

# A cluster of somebody else, with text in it.
make_other_cluster() {
  inside sh -ec 'pg_createcluster 15 other --start >/dev/null; cd /
    runuser -u postgres -- psql --cluster 15/other -XqAtc "CREATE TABLE kept AS SELECT 42 AS number"'
}
other_is_as_before() {
  cluster_is 15 other online && [[ $(inside runuser -u postgres -- psql --cluster 15/other -XqAtc 'SELECT number FROM kept' postgres) == 42 ]]
}

all_units_run() {
  local unit
  for unit in ticketd.target ticketd-redis-queue ticketd-redis-cache ticketd-worker@1 nginx; do
    inside systemctl is-active -q "$unit" || { echo "$unit does not run" && return 1; }
  done
  ! inside systemctl list-units -q --no-legend --plain --state=failed | grep . && all_sockets_listen
}
no_link_is_left() { ! inside find -L /lib/systemd/system -name '*ticketd*' -type l | grep .; }

with_tls() { make_ca && sign good "$NAME" 300 && take good && documented own-certificate && by_http2; }
warns_of_old_http2() { inside nginx -t 2>&1 | grep 'http2" directive is deprecated'; }

# When, on the clock of the load's `outages`.
mark() { echo "    $((SECONDS - LOAD_SINCE)) s: $*"; }

upgrade_debian() {
  documented trixie-sources >"$WORK/sources.log" 2>&1 || { cat "$WORK/sources.log" && return 1; }
  documented full-upgrade >"$WORK/full-upgrade.log" 2>&1 || { tail -n 40 "$WORK/full-upgrade.log" && return 1; }
}
# upgrade_cluster [FROM TO]
upgrade_cluster() {
  documented upgrade-cluster "$@" >"$WORK/upgrade-cluster.log" 2>&1 || { cat "$WORK/upgrade-cluster.log" && return 1; }
  # psql goes on after an error, and so does pg_upgradecluster.
  ! grep -E 'ERROR|FATAL|error:' "$WORK/upgrade-cluster.log"
}
said_by_setup() { grep -E '^\+ .* messages in its WAL' "$WORK/upgrade-cluster.log"; }

dist_upgrade() {
  local BOOKINGS=$((BOOKINGS < 200000 ? BOOKINGS : 200000))   # of a million, PostgreSQL's upgrade alone takes minutes
  step "from Debian 12 to 13 with ticketd on it"
  [[ $SUITE == bookworm ]] || { echo "    this begins on Debian 12: RELEASE=12" && return; }
  NEXT_PACKAGE=$(ls -t build/on-trixie/ticketd_*+deb13_*.deb | head -n 1)
  [[ $NEXT_PACKAGE ]] || cannot "there is no package of Debian 13: make deb RELEASE=13"
  must_have_downloads || cannot "apt does not get what Debian 13 is made of"
  new_host
  tar -C "$ROOT_DIR" -xf "$DOWNLOADS"
  check "Debian 12, with another cluster of PostgreSQL" make_other_cluster
  check "ticketd of Debian 12" documented install
  check "ticketctl setup" documented setup
  check "a name, with a certificate of its own" with_tls
  check "many bookings" fill_tables
  check "a seat is booked, and somebody waits for it" book_before
  no_limits
  WARNINGS=$(warnings)
  LOAD_RATE=20 start_load
  LOAD_SINCE=$((SECONDS - 3))   # start_load waits for that long
  on_the_way
  stop_load
  check "the load was 10 requests a second or more" load_says 'd["per_second"] >= 10'
  check "ticketd's own upgrade failed no request" load_says "all(one['end'] < $PACKAGE_SINCE for one in d['outages'])"
  check "every accepted booking has its outcome" load_says 'd["accepted"] > 1000 and d["without_outcome"] == 0'
  check "a booking waits while the worker is away" leave_one_waiting
  check "Redis 7 has it" runs_redis 7
  check "the host reboots" reboot_as_documented
  check "it has Redis 8" eventually 30 runs_redis 8
  check "the booking still waits there" still_waits
  check "and is decided" decide_waiting
  as_it_should_be
  check "who waited before gets the seat" who_waits_gets_the_seat
  and_back
}

# While people read and book.
on_the_way() {
  check "Debian 12 is brought up to date" documented bring-up-to-date
  check "a backup" documented backup
  mark "the full-upgrade begins"
  check "apt full-upgrade" upgrade_debian
  mark "it is done"
  check "it is Debian 13" debian_is 13
  check "ticketd of Debian 12 goes on" version_is "$VERSION"
  check "with PostgreSQL 15" postgres_is 15
  check "which has the new libraries" documented new-libraries
  check "so that ticketctl verify finds all rules kept" rules_hold
  check "nginx warns of the old way to say HTTP/2" warns_of_old_http2
  check "in the new one it does not" documented http-two
  check "and answers by HTTP/2" eventually 5 by_http2
  check "which clusters there are" documented clusters
  mark "PostgreSQL's upgrade begins"
  check "pg_upgradecluster" upgrade_cluster
  mark "it is done"
  check "PostgreSQL 17 serves" postgres_is 17
  check "everybody may do there what he could before, and no more" said_by_setup
  check "15 is down" cluster_is 15 main down
  check "the other cluster is as it was" other_is_as_before
  mark "ticketd's upgrade begins"
  PACKAGE_SINCE=$((SECONDS - LOAD_SINCE))
  cp "$NEXT_PACKAGE" "$ROOT_DIR/root/"
  check "ticketd of Debian 13" documented upgrade ticketd_NEW.deb "$(basename "$NEXT_PACKAGE")"
  check "it is installed" version_is "$(dpkg-deb -f "$NEXT_PACKAGE" Version)"
  check "and complete" eventually 60 is_complete
  mark "it is done"
  check "all is well" documented look
  check "and nothing is left to set up" setup_twice_changes_nothing
}

reboot_as_documented() {
  local before=$LEADER start=$SECONDS
  documented reboot >/dev/null 2>&1   # the shell in there ends with it
  wait_booted "$before" && eventually 30 answers /readyz && echo "$((SECONDS - start)) s"
}

as_it_should_be() {
  check "all units run" eventually 30 all_units_run
  check "no link to a unit leads nowhere" no_link_is_left
  check "doctor finds no fault" eventually 20 healthy
  check "and warns of nothing new" doctor_warns_as_before
  check "nginx takes its configuration, and warns of nothing" no_warning_of_nginx
  check "what was booked before is as it was" both_are_as_before
  check "a booking" book_and_promote
  check "ticketctl verify finds all rules kept" rules_hold
}
warnings() { inside ticketctl doctor | sed -n 's/^warning *//p' | cut -c 1-38; }
doctor_warns_as_before() { diff <(echo "$WARNINGS") <(warnings); }

# To PostgreSQL 15 as it was left; and once more to 17, and what nobody needs any more is removed.
and_back() {
  step "back to PostgreSQL 15, and on again"
  check "back" documented cluster-back
  check "PostgreSQL 15 serves" postgres_is 15
  check "a booking there" eventually 20 book_and_promote
  check "ticketctl verify finds all rules kept" rules_hold
  check "pg_upgradecluster, which copies the files this time" upgrade_cluster 'pg_upgradecluster -v' 'pg_upgradecluster -m upgrade -v'
  check "PostgreSQL 17 serves" postgres_is 17
  check "a booking there" book_and_promote
  check "the old cluster and old packages go" documented dist-clean
  check "the other cluster is as it was" other_is_as_before
  as_it_should_be
}
