# Webhooks, to a receiver on the host. Sourced by run.
# shellcheck shell=bash

# nginx is the receiver: it takes all, and writes down the id and the signature of each.
have_receiver() {
  enter tee /etc/nginx/conf.d/receiver.conf >/dev/null <<'END'
log_format receiver '$http_webhook_id $http_webhook_signature';
server {
  listen 127.0.0.1:3001;
  access_log /var/log/nginx/receiver.log receiver;
  return 204;
}
END
  inside nginx -t -q && inside systemctl reload nginx
}

# How many it has taken.
received() { inside grep -cE '^[0-9a-f-]{36} v1,' /var/log/nginx/receiver.log 2>/dev/null || true; }
receives_more_than() {
  local count
  count=$(received)
  ((${count:-0} > $1)) && inside tail -n 1 /var/log/nginx/receiver.log
}

is_off() { add_webhook | grep -F '"code":"webhooks_off"'; }
add_webhook() { api POST /v1/webhooks "$ORGANISER" '{"url":"http://127.0.0.1:3001/"}'; }
have_webhook() { HOOK=$(add_webhook | field data.id) && inside ticketctl webhooks list | grep -F "$HOOK"; }

ask_for_test() { api POST "/v1/webhooks/$HOOK/test" "$ORGANISER" | grep -F '"success":true'; }
last_error() { api GET "/v1/webhooks/$HOOK/deliveries" "$ORGANISER" | field data.data.0.error | grep -v None; }
host_is_not_asked() { ask_for_test && eventually 20 last_error && ! receives_more_than 0; }

host_is_asked() { documented webhooks-private 10.20.0.0/16 127.0.0.0/8 && booked_and_posted; }

booked_and_posted() {
  local before guest event
  before=$(received)
  guest=$(sign_up guest)
  event=$(api POST /v1/events/initialize "$ORGANISER" '{"title":"House concert","description":"One chair","location":"Kitchen","start_date_time":"2032-05-01T18:00:00Z","end_date_time":"2032-05-01T21:00:00Z","number_of_tickets":2}' | field data.id) || return 1
  api POST /v1/events/book "$guest" "{\"event_id\":\"$event\"}"
  eventually 30 receives_more_than "${before:-0}"
}

webhooks_run() { inside systemctl is-active ticketd-webhooks.service; }
killed_webhooks_are_back() {
  inside systemctl kill -s KILL ticketd-webhooks.service
  eventually 10 webhooks_run && booked_and_posted
}

# Its own address in PostgreSQL, and nothing of anybody else's.
has_one_credential() {
  local pid
  pid=$(inside systemctl show -P MainPID ticketd-webhooks.service)
  inside sh -ec "ls /run/credentials/ticketd-webhooks.service; ! tr '\\0' '\\n' </proc/$pid/environ | grep -E 'JWT|REDIS|PASSWORD'" |
    tr '\n' ' ' | grep -x 'DATABASE_URL '
}

webhooks_on_a_host() {
  new_host
  install_and_set_up
  step "webhooks"
  ORGANISER=$(sign_up organiser)
  check "it runs, and waits for webhooks to be turned on" webhooks_run
  check "until then, nobody adds one" is_off
  check "a receiver" have_receiver
  check "webhooks are turned on" documented webhooks
  check "an organiser adds one" have_webhook
  check "this host is not asked" host_is_not_asked
  check "unless its network is named" host_is_asked
  check "it has one credential and no key" has_one_credential
  check "a killed one comes back" killed_webhooks_are_back
  check "where to look when nothing arrives" documented webhooks-look
  check "doctor finds no fault" eventually 20 healthy
}
