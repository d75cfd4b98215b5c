# The package as such: what Debian and systemd say about it, installing, removing. Sourced by run.
# shellcheck shell=bash

# By the lintian of its own release.
lintian_clean() {
  if [[ $SUITE == "$(suite_of own)" ]]; then
    lintian --fail-on error,warning "$PACKAGE"
  else
    tests/on-debian "$SUITE" sh -c "systemd/local/install-packages systemd >/dev/null 2>&1; lintian --fail-on error,warning build/${PACKAGE##*/}"
  fi
}

unit_names() { inside sh -c 'ls /lib/systemd/system' | grep -E '^ticketd.*\.(service|socket|target|timer)$'; }

# Each service with its sandbox, as it will run.
score_of_each_service() {
  local unit score worst=0
  for unit in $(unit_names | grep 'service$'); do
    score=$(inside systemd-analyze security --no-pager "${unit/@./@livez.}" | sed -nE 's/.*exposure level for .*: ([0-9.]+) .*/\1/p')
    [[ $score ]] || { echo "no score for $unit" && return 1; }
    worst=$(printf '%s\n' "$worst" "$score" | sort -g | tail -n 1)
    inside systemd-analyze security --offline=true --threshold=15 --no-pager "/lib/systemd/system/$unit" >/dev/null || { echo "$unit: $score" && return 1; }
  done
  echo "the worst has $worst"
}

units_verify() {
  local said
  said=$(inside systemd-analyze verify --man=no ticketd.target ticketd@livez.socket ticketd@livez.service ticketd-closed@livez.service \
    ticketd-worker@1.service ticketd-messenger.service ticketd-webhooks.service ticketd-migrate.service ticketd-privacy.service ticketd-privacy.timer \
    ticketd-redis-queue.service ticketd-redis-cache.service 2>&1)
  [[ ! $said ]] || { echo "$said" && return 1; }
}

check_units() {
  step "the package"
  check "lintian has nothing to say" lintian_clean
}

# All files, links and users of the host, but for those that change by themselves.
snapshot() {
  inside sh -c 'find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log \
    -o -path /var/cache -o -path /var/backups -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/postgresql -o -path /root \
    -o -path /var/lib/systemd -o -path /var/lib/redis -o -path /etc/systemd/system/postgresql@.service.d -o -path "*/__pycache__" \) -prune -o -print; find /var/lib/dpkg/info -name "ticketd*"
    find /run /var/log /var/lib/systemd -name "*ticketd*" ! -path "*/journal/*"; sort /etc/passwd /etc/group' | LC_ALL=C sort
}

nothing_runs() {
  local units
  units=$(inside systemctl list-units -q --no-legend --plain 'ticketd*')
  [[ ! $units ]] || { echo "$units" && return 1; }
}
says_how_to_go_on() { echo "$INSTALL_SAID"; tr -d '\r' <<<"$INSTALL_SAID" | grep 'To go live: ticketctl setup$'; }

setup_twice_changes_nothing() {
  local said
  said=$(inside ticketctl setup) || { echo "$said" && return 1; }
  ! grep '^+' <<<"$said"
}

# A setting or secret that somebody lost is made again.
setup_mends() {
  inside sh -ec 'rm /etc/ticketd/credentials/worker/QUEUE_REDIS_URL /etc/nginx/sites-enabled/ticketd; systemctl disable -q ticketd.target'
  inside ticketctl setup >/dev/null && inside systemctl is-enabled -q ticketd.target && inside ticketctl setup | grep -c '^=' && setup_twice_changes_nothing
}

links_lead_somewhere() {
  # shellcheck disable=SC2016  # a shell in there expands it
  inside bash -ec 'cd /usr/share/doc/ticketd
    for file in $(find -L . -name "*.md"); do
      for link in $(grep -oE "\]\([^)#:]+[)#]" "$file" | sed "s/^..//; s/.$//"); do
        [[ $file == ./operating.md || -e ${file%/*}/$link ]] || { echo "$file: $link" && exit 1; }
      done
    done
    find -L . -name "*.md" | wc -l'
}

other_site_still_there() { inside curl -fs http://127.0.0.1:80/ | grep -q nginx; }
other_redis_still_there() { inside systemctl is-active -q redis-server.service && inside redis-cli ping | grep -qx PONG; }

# As a program of another site: nginx's user, and any address. FastCGI's records are in its specification, section 8.
another_site_is_refused() {
  # shellcheck disable=SC2016  # perl's variables
  inside runuser -u www-data -- perl -MIO::Socket::UNIX -e '
    my $socket = IO::Socket::UNIX->new("/run/ticketd/livez.sock") or die "cannot connect: $!";
    sub record { pack("CCnnCC", 1, $_[0], 1, length $_[1], 0, 0) . $_[1] }
    my @params = ([REQUEST_METHOD => "GET"], [DOCUMENT_URI => "/livez"], [REMOTE_ADDR => "192.0.2.1"]);
    print $socket record(1, pack("nC6", 1)), record(4, join "", map { pack("CC", map length, @$_) . join "", @$_ } @params),
      record(4, ""), record(5, "");
    print <$socket>' | tr -d '\0' | grep -F 'Status: 403'
}
key_is_roots() { ! inside runuser -u www-data -- sh -c 'cat /etc/ticketd/credentials/nginx/* || ls /etc/ticketd/credentials'; }

no_store_for_other_sites() {
  # shellcheck disable=SC2016  # a shell in there expands it
  inside runuser -u www-data -- sh -c 'for name in queue cache; do ! test -e /run/ticketd-redis-$name/redis.sock || exit 1; done; ! psql -d ticketd -c ""'
}

install_and_set_up() {
  step "installing it: apt install ./$(basename "$PACKAGE")"
  inside apt-get install -y -q redis-server >/dev/null 2>&1   # the host's own, for other things
  snapshot >"$WORK/before"
  INSTALL_SAID=$(documented install) || echo "$INSTALL_SAID"
  check "apt installs it" inside dpkg-query -W ticketd
  check "it ends with what to do next" says_how_to_go_on
  check "nothing runs yet" nothing_runs
  check "the units verify" units_verify
  check "the sandbox scores 1.5 or better in every unit" score_of_each_service
  check "ticketctl setup brings it to life" documented setup
  check "a second ticketctl setup changes nothing" setup_twice_changes_nothing
  check "ticketctl setup mends what is missing" setup_mends
  check "nginx takes its configuration" inside nginx -t -q
  check "the host's other site is still there" other_site_still_there
  check "the host's own Redis is still there" other_redis_still_there
  check "no link of the documents leads nowhere" links_lead_somewhere
  check "a program of another site is refused" another_site_is_refused
  check "and cannot read the key that nginx sends" key_is_roots
  check "nor reach PostgreSQL and Redis" no_store_for_other_sites
  check "the sockets are nginx's alone" inside sh -c '! find /run/ticketd -name "*.sock" -printf "%M %u %g\n" | grep -vx "srw-rw---- ticketd_api www-data"'
}

remove_and_purge() {
  step "removing it"
  check "apt remove" documented remove
  check "no process is left" nothing_runs
  check "nginx goes on without it" other_site_still_there
  check "the settings are kept" inside test -e /etc/ticketd/credentials/api/TICKETD_JWT_KEYS -a -e /etc/ticketd/ticketd.env
  check "apt purge" documented purge
  inside apt-get autoremove -y -q --purge >/dev/null
  snapshot >"$WORK/after"
  check "nothing of it is left" only_what_was_before
  check "the database is left" inside runuser -u postgres -- psql -XqAtc 'SELECT count(*) FROM bookings' ticketd
  check "until it is dropped" documented drop
}

only_what_was_before() {
  local more
  more=$(LC_ALL=C comm -13 "$WORK/before" "$WORK/after")
  [[ ! $more ]] || { echo "$more" && return 1; }
}

# A host whose Redis is Valkey.
with_valkey() {
  step "with Valkey instead of Redis"
  [[ $SUITE != bookworm ]] || { echo "    Debian 12 has none" && return; }
  new_host
  check "apt installs Valkey" inside apt-get install -q valkey-server
  check "apt installs ticketd" documented install
  check "and no Redis" inside sh -c '! test -e /usr/bin/redis-server'
  check "ticketctl setup" documented setup
  check "a booking" book_and_promote
  check "both run Valkey" status_says_valkey
  inside systemctl kill -s KILL ticketd-redis-queue.service ticketd-redis-cache.service
  check "a booking after both were killed" eventually 30 book_and_promote
  check "new passwords for both" new_redis_passwords
  check "a second ticketctl setup changes nothing" setup_twice_changes_nothing
  check "doctor finds no fault" eventually 10 healthy
  check "the host reboots" reboot_container
  check "a booking after the reboot" eventually 30 book_and_promote
  check "ticketctl verify finds all rules kept" rules_hold
}

status_says_valkey() { inside ticketctl status --json | grep -c '"version": *"Valkey 8'; }
