# What goes wrong on a host: killed processes, wrong settings. Sourced by run.
# shellcheck shell=bash

main_pid() { inside systemctl show -P MainPID "$1"; }

has_new_pid() {
  local pid
  pid=$(main_pid "$1")
  [[ $pid != 0 && $pid != "$2" ]]
}

kill_it() { inside systemctl kill --kill-who=main -s KILL "$1"; }

comes_back() {
  local pid
  inside systemctl start "$1" || return 1
  pid=$(main_pid "$1")
  kill_it "$1" || return 1
  eventually 20 has_new_pid "$1" "$pid"
}

# As another endpoint of the same user could. The watchdog has 30 s.
comes_back_when_stopped() {
  local pid
  inside systemctl start "$1" || return 1
  pid=$(main_pid "$1")
  inside systemctl kill --kill-who=main -s STOP "$1" || return 1
  eventually 45 has_new_pid "$1" "$pid"
}

each_endpoint_comes_back() {
  local handler count=0
  for handler in "$ROOT_DIR"/usr/lib/ticketd/handlers/*; do
    comes_back "ticketd@${handler##*/}.service" || { echo "${handler##*/} did not" && return 1; }
    count=$((count + 1))
  done
  echo "$count of them"
}

postgres_unit() { inside systemctl list-units -q --no-legend --plain 'postgresql@*.service' | cut -d ' ' -f 1; }

# Debian's does not by itself.
postgres_comes_back() {
  documented postgres-restart || return 1
  kill_it "$(postgres_unit)"
  eventually 10 answers /readyz 503 && eventually 30 answers /readyz
}

readyz_says() { inside curl -s --max-time 5 "$URL/readyz" | grep -F "$1"; }

queue_with_new_files() {
  inside sh -ec 'systemctl stop ticketd-redis-queue; rm -rf /var/lib/ticketd-redis-queue/*; systemctl start ticketd-redis-queue'
}

survive_kills() {
  step "kill -9"
  check "each endpoint comes back" each_endpoint_comes_back
  check "an endpoint that was stopped comes back" comes_back_when_stopped ticketd@events-book.service
  check "the worker comes back" comes_back ticketd-worker@1.service
  check "the queue's Redis comes back" comes_back ticketd-redis-queue.service
  check "the cache's Redis comes back" comes_back ticketd-redis-cache.service
  check "the queue has its functions, though its files are new" queue_with_new_files
  check "everything answers again" eventually 20 answers /readyz
  check "and the cache counts, though it kept nothing" readyz_says '"cache":"ok"'
  check "PostgreSQL comes back, and with it everything" postgres_comes_back
  check "a booking after all that" book_and_promote
  check "ticketctl verify finds all rules kept" rules_hold
}

# With requests that wait in the socket: it may not start again and again.
exits_78_once() {
  local since unit=ticketd@livez.service clients=()
  since=$(inside date '+%F %T')
  set_environment "TICKETD_THREADS=many"
  inside systemctl stop "$unit" 2>/dev/null
  for _ in 1 2 3; do inside curl -s -o /dev/null --max-time 5 "$URL/livez" & clients+=($!); done
  wait "${clients[@]}"
  eventually 5 inside systemctl is-failed -q "$unit" || return 1
  [[ $(inside systemctl show -P ExecMainStatus "$unit") == 78 ]] || { echo "status $(inside systemctl show -P ExecMainStatus "$unit")" && return 1; }
  documented wrong-settings ticketd@events-book "$unit" | grep 'TICKETD_THREADS' || return 1
  inside journalctl -q -o cat -u "$unit" --since "$since" | tee "$WORK/journal"
  grep -q 'TICKETD_THREADS is "many", but must be a whole number' "$WORK/journal" || return 1
  [[ $(grep -c 'code=exited, status=78' "$WORK/journal") == 1 ]]
}

worker_exits_78_once() {
  local since
  since=$(inside date '+%F %T')
  inside systemctl restart ticketd-worker@1.service 2>/dev/null
  inside systemctl is-failed -q ticketd-worker@1.service || return 1
  inside journalctl -q -o cat -u ticketd-worker@1.service --since "$since" | tee "$WORK/journal"
  [[ $(grep -c 'code=exited, status=78' "$WORK/journal") == 1 ]]
}

# As one that has more to answer than TimeoutStopSec lets it: it is never told to stop.
killed_while_it_stops() {
  local dropins=/run/systemd/system/ticketd@livez.service.d
  answers /livez
  inside sh -ec "mkdir -p $dropins; printf '[Service]\nKillSignal=SIGCONT\nTimeoutStopSec=200ms\n' >$dropins/stop.conf; systemctl daemon-reload"
  inside systemctl restart ticketd@livez.service || true
  inside sh -ec "rm -r $dropins; systemctl daemon-reload"
  inside journalctl -q -o cat -u ticketd@livez.service --grep 'timed out. Killing' || { echo "it was not killed" && return 1; }
  eventually 5 inside systemctl is-active -q ticketd@livez.socket || { echo "its socket is closed" && return 1; }
  answers /livez
}

refuse_wrong_settings() {
  check "an endpoint that is killed while it stops answers the next request" killed_while_it_stops
  step "wrong settings"
  check "an endpoint ends with 78, says why, and is not started again" exits_78_once
  check "meanwhile clients are told" answers /livez 502
  check "a worker ends with 78, and is not started again" worker_exits_78_once
  set_environment ""
  check "with right settings, systemctl start ticketd.target brings all back" documented closed ticketd@events-book ticketd@livez
  check "it answers" eventually 20 answers /readyz
  check "every socket listens" all_sockets_listen
}
