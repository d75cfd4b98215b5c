# A client in shell, and counting; sourced by full and poison. They set $url, and run a stack of their own in $RUN_DIR.
# shellcheck shell=bash
passed=0 failed=0
accepted=()

check() { # check WHAT COMMAND...: runs the command, counts and says how it went
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1)) && echo "ok      $what"
  else
    failed=$((failed + 1)) && echo "FAILED  $what"
  fi
}

json() { curl -s -m 10 -H 'Content-Type: application/json' "$@"; }
field() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
# sign_up NAME: leaves the token in $token. Not yet: a stack that just started may still be busy.
sign_up() {
  local answer
  answer=$(json "$url/v1/auth/register" -d "{\"email\":\"$1-$RANDOM$RANDOM@example.com\",\"password\":\"correct horse\"}")
  token=$(field access_token <<<"$answer")
  [[ $answer == *'"access_token"'* ]] || { echo "no account yet: $answer" && return 1; }
}

# book [CURL OPTION...]: books, remembers an accepted request, leaves status and body in $status and $body.
book() {
  local answer
  answer=$(json -w '\n%{http_code}' "$url/v1/events/book" -H "Authorization: Bearer $token" "$@" -d "{\"event_id\":\"$event\"}")
  status=${answer##*$'\n'} body=${answer%$'\n'*}
  if [[ $status == 202 ]]; then accepted+=("$(grep -o '"href":"[^"]*"' <<<"$body" | cut -d '"' -f 4)"); fi
}

# make_event TICKETS: leaves its id in $event.
make_event() {
  local answer
  answer=$(json "$url/v1/events/initialize" -H "Authorization: Bearer $token" -d "{\"title\":\"T\",\"description\":\"d\",\"location\":\"l\",\"start_date_time\":\"2032-01-01T10:00:00Z\",\"end_date_time\":\"2032-01-01T12:00:00Z\",\"number_of_tickets\":$1,\"max_per_user\":100}")
  event=$(sed 's/.*"data":{"id":"\([^"]*\)".*/\1/' <<<"$answer")
  [[ $answer == *'"data":{"id"'* ]] || { echo "no event yet: $answer" && return 1; }
}

# Awaits a condition for at most 30 s, asking twenty times a second.
within() {
  local deadline=$((SECONDS + 30))
  until "$@"; do ((SECONDS < deadline)) || return 1; read -rt 0.05 <> <(:) || true; done
}

answers_202() { book && [[ $status == 202 ]]; }
is_decided() { json "$url$1" -H "Authorization: Bearer $token" | grep -q '"state":"done"'; }
all_decided() { for href in "${accepted[@]}"; do within is_decided "$href" || return 1; done; }
ctl() { (set -a && . "$RUN_DIR/env" && "${BIN_DIR:-build/bin}/ticketctl" "$@"); }
queue_is_empty() { ctl queue | grep -q empty; }
verified() { ctl verify; }

summary() {
  echo "$passed passed, $failed failed"
  [[ $failed == 0 ]]
}
