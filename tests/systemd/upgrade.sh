# Upgrades from what was released before, with years of bookings in the tables, while clients read and book, and while
# somebody reads everything in one transaction, as a backup does. Sourced by run.
# shellcheck shell=bash

BOOKINGS=${BOOKINGS:-5000000}
WAITING=finish-ticketd-upgrade
mapfile -t RELEASES < <(grep -v '^#' tests/upgrade/previous)
RELEASES=(${UPGRADE_FROM:-${RELEASES[@]}})   # one of them, for a try
# Their packages are for the Debian on which they were built, this machine's, if they can be built there.
[[ $SUITE == "$(suite_of own)" ]] || RELEASES=()
for release in "${!RELEASES[@]}"; do compgen -G "build/previous/${RELEASES[release]}/build/ticketd_*.deb" >/dev/null || unset "RELEASES[release]"; done
RELEASES=("${RELEASES[@]}")

# The package of a release, with a version below this one's: all were built as the same.
pack_release() {
  local tree=$WORK/release
  rm -rf "$tree"
  dpkg-deb -R build/previous/"$1"/build/ticketd_*.deb "$tree"
  sed -i "s/^Version: .*/&~${1::7}/" "$tree/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$tree" "$ROOT_DIR/root/release.deb" >/dev/null && rm -rf "$tree"
}

# A host on which that release was set up.
host_of_release() {
  new_host
  pack_release "$1"
  inside apt-get install -q /root/release.deb >/dev/null 2>&1 && inside ticketctl setup
}

sql() { inside runuser -u postgres -- psql -XqAtc "$1" ticketd; }

# Five bookings an event, and a long waiting list.
fill_tables() {
  local start=$SECONDS
  enter runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -v events=$((BOOKINGS / 5)) -v waiting=1000 ticketd \
    <tests/bench/growth.sql >/dev/null || return 1
  sql "SELECT count(*) || ' in $((SECONDS - start)) s, ' || pg_size_pretty(pg_database_size('ticketd')) FROM bookings"
}

# A transaction that has read all, and stays.
start_reader() {
  coproc READER { enter runuser -u postgres -- env PGAPPNAME=backup psql -XqAt ticketd; }
  exec {ASK}>&"${READER[1]}" {SEE}<&"${READER[0]}" {READER[1]}>&-   # bash keeps its own from subshells
  echo "BEGIN ISOLATION LEVEL REPEATABLE READ;" >&"$ASK"
  BEFORE=$(reader_counts)
}
reader_counts() {
  local counts=""
  echo "SELECT count(*), (SELECT count(*) FROM events), (SELECT count(*) FROM commands), (SELECT count(*) FROM notifications),
    (SELECT count(*) FROM users) FROM bookings;" >&"$ASK"
  read -r -t 120 counts <&"$SEE"
  echo "$counts"
}
reader_sees_what_it_saw() { reader_counts | grep -Fx "$BEFORE"; }
end_reader() {
  local pid=$READER_PID
  exec {ASK}>&- {SEE}<&-
  wait "$pid"
}

waits() { inside systemctl is-active -q "$WAITING"; }
# To this version, as the handbook says it.
apt_upgrades() {
  documented upgrade ticketd_NEW.deb "$(basename "$PACKAGE")" >"$WORK/upgrade.log" 2>&1 || { cat "$WORK/upgrade.log" && return 1; }
}
upgrade_said() { grep -E "$1" "$WORK/upgrade.log"; }

# Those that nothing was asked of for a while have ended.
idle_endpoints_answer() {
  inside systemctl stop ticketd@notifications-list.service ticketd@users-me.service
  answers /v1/notifications 401 && answers /v1/users/me 401
}

# What runs that is not of the package's files: of programs that were replaced, or are kept.
left_over() {
  inside find /proc -maxdepth 2 -name exe -lname '/usr/lib/ticketd/*' -printf '%l\n' 2>/dev/null |
    grep -vE '^/usr/lib/ticketd/(handlers/[a-z-]+|ticketd-(worker|messenger|webhooks))$'
}

is_complete() {
  ! waits && inside ticketctl migrate --status >/dev/null && ! left_over && ! inside systemctl is-failed "$WAITING"
}

# upgrade_from RELEASE
upgrade_from() {
  local start name=${1::7}
  step "an upgrade from $name with $BOOKINGS bookings, under load, beside a long reader"
  check "$name is installed and set up" host_of_release "$1"
  check "its tables are filled" fill_tables
  no_limits
  LOAD_RATE=120 start_load
  start_reader
  start=$SECONDS
  check "$name: apt ends well" apt_upgrades
  echo "    $((SECONDS - start)) s"
  if waits; then
    check "$name: apt says what it waits for" upgrade_said 'backup of postgres'
    check "$name: and that the old version goes on" upgrade_said "systemctl status $WAITING"
    check "$name: the handbook says where to look" documented upgrade-waits
    check "$name: endpoints that a request starts answer" idle_endpoints_answer
    check "$name: doctor says that the upgrade waits" doctor_says "upgrade .*$WAITING"
  fi
  check "$name: the reader goes on" reader_sees_what_it_saw
  end_reader
  start=$SECONDS
  check "$name: the upgrade completes by itself" eventually 1800 is_complete
  echo "    $((SECONDS - start)) s after the reader's end"
  check "$name: everything that runs is of this version" only_this_version
  stop_load
  check_load "$name" 100
  check "$name: no process had to be killed" nobody_was_killed
  check "$name: nginx took its new configuration" nginx_took_it
  check "$name: doctor finds no fault" eventually 20 healthy
}

# One that it does not take is said in its log alone.
nginx_took_it() { ! inside grep -F '[emerg]' /var/log/nginx/error.log; }

nobody_was_killed() {
  local said
  said=$(inside journalctl -q -o cat --grep 'Watchdog timeout|timed out. Killing|Main process exited, code=killed' _PID=1)
  [[ ! $said ]] || { echo "$said" && return 1; }
}

only_this_version() {
  inside sh -c 'for h in $(ls /usr/lib/ticketd/handlers); do systemctl start ticketd@$h.service; done'
  ! left_over && ! inside test -e /usr/lib/ticketd/previous
}

doctor_says() { inside ticketctl doctor | grep -E "$1"; }

# A database that somebody else had made, before setup looked at its encoding.
database_of() {
  sql_on_cluster "CREATE ROLE ticketd LOGIN" &&
    sql_on_cluster "CREATE DATABASE ticketd OWNER ticketd ENCODING '$1' LOCALE 'C' TEMPLATE template0"
}
sql_on_cluster() { inside runuser -u postgres -- psql -XqAtc "$1" postgres; }

upgrade_another_encoding() {
  step "an upgrade of a database that is not UTF8"
  new_host
  pack_release "${RELEASES[0]}"
  check "the database is LATIN1" database_of LATIN1
  inside apt-get install -q /root/release.deb >/dev/null 2>&1
  check "the release is set up" inside ticketctl setup
  check "a booking" book_and_promote
  check "apt ends well" apt_upgrades
  check "it says what is wrong" upgrade_said 'encoding LATIN1'
  check "doctor says it" doctor_says 'FAULT .*encoding .*LATIN1'
  check "ticketctl setup says it" setup_refuses 'encoding LATIN1'
  check "the old version goes on" book_and_promote
  check "the database is made anew, and the upgrade ends" documented another-encoding
  check "everything is of this version" eventually 30 is_complete
  check "a booking" book_and_promote
  check "doctor finds no fault" eventually 20 healthy
}

setup_refuses() { inside ticketctl setup >"$WORK/setup.log" 2>&1 && return 1; grep "$1" "$WORK/setup.log"; }

# upgrade_to VERSION [WHAT ELSE APT IS TO DO]...
upgrade_to() {
  NEXT=$1
  make_next_package >/dev/null
  shift
  inside apt-get install -q "$@" /root/next.deb >"$WORK/upgrade.log" 2>&1
}

upgrade_without_postgres() {
  step "an upgrade while PostgreSQL is down, and one of both"
  new_host
  check "apt installs it" documented install
  check "ticketctl setup" documented setup
  inside systemctl stop postgresql
  check "apt ends well" upgrade_to "$VERSION+1"
  check "it says that PostgreSQL does not answer" upgrade_said 'PostgreSQL does not answer'
  check "doctor says that the upgrade waits" doctor_says "upgrade .*$WAITING"
  check "and that PostgreSQL is away" doctor_says 'FAULT .*postgresql'
  inside systemctl start postgresql
  check "once it is back, the upgrade completes by itself" eventually 60 is_complete
  check "a booking" book_and_promote
  check "apt upgrades both in one run" upgrade_to "$VERSION+2" --reinstall "postgresql-$(inside ls /usr/lib/postgresql)"
  check "and the upgrade completes" eventually 60 is_complete
  check "a booking" book_and_promote
  check "ticketctl verify finds all rules kept" rules_hold
  check "doctor finds no fault" eventually 20 healthy
}

upgrades() {
  local release
  ((${#RELEASES[@]})) || step "no earlier release can be installed on Debian $SUITE: no upgrade from one is tried"
  for release in "${RELEASES[@]}"; do upgrade_from "$release"; done
}

upgrades_in_trouble() {
  ((${#RELEASES[@]} == 0)) || upgrade_another_encoding
  upgrade_without_postgres
}
