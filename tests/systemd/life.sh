# Everyday life: bookings, idleness, reboot, memory. Sourced by run.
# shellcheck shell=bash

# api METHOD PATH TOKEN [BODY]
api() {
  inside curl -sS --max-time 30 -X "$1" "$URL$2" -H "Authorization: Bearer $3" -H 'Content-Type: application/json' \
    -H "X-Request-Id: ${REQUEST_ID:-test}" ${4:+-d "$4"}
}
field() { python3 -c 'import json,sys; d = json.load(sys.stdin)
for key in sys.argv[1].split("."): d = d[int(key)] if isinstance(d, list) else d[key]
print(d)' "$1"; }

sign_up() {
  api POST /v1/auth/register - "{\"name\":\"$1\",\"email\":\"$1-$RANDOM$RANDOM@example.com\",\"password\":\"correct horse\"}" | field data.tokens.access_token
}

state_of() { api GET /v1/bookings "$1" | field data.data.0.state; }
is_state() { [[ $(state_of "$1") == "$2" ]]; }

# Two people, one ticket; who has it gives it back.
book_and_promote() {
  local ann bob event
  ann=$(sign_up ann) bob=$(sign_up bob)
  event=$(api POST /v1/events/initialize "$ann" '{"title":"House concert","description":"One chair","location":"Kitchen","start_date_time":"2032-05-01T18:00:00Z","end_date_time":"2032-05-01T21:00:00Z","number_of_tickets":1}' | field data.id) || return 1
  REQUEST_ID=${STORY_ID:-} api POST /v1/events/book "$ann" "{\"event_id\":\"$event\"}"
  eventually 5 is_state "$ann" confirmed || return 1
  api POST /v1/events/book "$bob" "{\"event_id\":\"$event\"}"
  eventually 5 is_state "$bob" waitlisted || return 1
  api DELETE /v1/events/booking/cancel "$ann" "{\"event_id\":\"$event\"}"
  eventually 5 is_state "$bob" confirmed && echo && echo "confirmed, waitlisted, promoted"
}

story_in_journal() {
  local story
  story=$(documented story REQUEST_ID "$STORY_ID")
  echo "$story"
  grep -q '"handler":"events-book"' <<<"$story" && grep -q '"part":"events-book"' <<<"$story" &&
    grep -q '"event":"decided"' <<<"$story" && echo "nginx, handler and worker"
}

rules_hold() { documented verify; }

walk_a_booking() {
  step "a booking"
  STORY_ID=story-$RANDOM$RANDOM
  check "book, join the waiting list, cancel, get promoted" book_and_promote
  check "journalctl -g REQUEST_ID tells its story" eventually 5 story_in_journal
  check "the worker's status line says how it is" eventually 5 worker_says_lag
  check "ticketctl verify finds all rules kept" rules_hold
}

worker_says_lag() { inside systemctl show -P StatusText ticketd-worker@1.service | grep -E 'owns [0-9]+ of [0-9]+ shards.*lag'; }

handlers_running() { inside systemctl list-units -q --no-legend --plain --state=running 'ticketd@*.service' | wc -l; }
no_handler() { [[ $(handlers_running) == 0 ]]; }
all_sockets_listen() {
  local expected got
  expected=$(ls "$ROOT_DIR/usr/lib/ticketd/handlers" | wc -l)
  got=$(inside systemctl list-units -q --no-legend --plain --state=active 'ticketd@*.socket' | wc -l)
  echo "$got of $expected" && [[ $got == "$expected" ]]
}

# answers PATH [STATUS]
answers() { [[ $(inside curl -s -o /dev/null -w '%{http_code}' --max-time 30 "$URL$1") == "${2:-200}" ]]; }

# Settings of this test alone, as a later file of the same directories as an operator's.
set_environment() {
  inside sh -ec 'for d in ticketd@.service.d ticketd-worker@.service.d; do
    mkdir -p /run/systemd/system/$d; printf "[Service]\nEnvironment=%s\n" "$1" >/run/systemd/system/$d/test.conf; done
    systemctl daemon-reload; systemctl try-restart "ticketd@*.service"' sh "$1"
}

cold_start() { inside curl -s -o /dev/null -w '%{http_code} in %{time_total} s\n' "$URL/v1/events/discover" | grep '^200 '; }

idle_and_back() {
  step "idleness"
  set_environment "TICKETD_IDLE_EXIT_S=2"
  check "no endpoint's process is left after the idle time" eventually 20 no_handler
  check "every socket listens" all_sockets_listen
  check "the next request starts its process" answers /livez
  check "an endpoint that has to start answers" cold_start
  set_environment ""
}

reboot_it() {
  step "a reboot"
  check "the container reboots" reboot_container
  check "everything is back" eventually 30 answers /readyz
  check "and listens" all_sockets_listen
  check "a booking after the reboot" book_and_promote
}

reboot_container() {
  local before=$LEADER
  inside systemctl reboot
  wait_booted "$before"
}

# Each endpoint has been asked (the load's requests and a start of all), and is idle by now.
check_memory() {
  step "memory"
  inside sh -c 'for h in $(ls /usr/lib/ticketd/handlers); do systemctl start ticketd@$h.service; done'
  check "12 MiB or less for each idle endpoint, with its share of the libraries" eventually 15 handlers_are_small
}

handlers_are_small() {
  local pid pss worst=0 count=0
  for pid in $(inside systemctl show -P MainPID 'ticketd@*.service'); do
    [[ $pid != 0 ]] || continue
    pss=$(inside awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")
    count=$((count + 1))
    ((pss <= worst)) || worst=$pss
    ((pss <= 12288)) || inside sh -c "echo $pss kB: \$(readlink /proc/$pid/exe)"
  done
  echo "the largest of $count has $worst kB"
  ((worst <= 12288 && count > 0))
}
