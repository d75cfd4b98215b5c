# Part of setup: by what the endpoints know nginx. Every site of this host runs as www-data, and may connect to their
# sockets: whoever does could say what he likes about the address that a request came from. So nginx's master, which is
# root, reads a key that no site's program can read, and sends it along. Sourced.
# shellcheck shell=bash

EDGE_KEY=$CREDENTIALS/nginx/edge-key.conf   # nginx's half, as a line of a map

edge_key() { sed -nE 's/^"" "([^"]+)";$/\1/p' "$EDGE_KEY"; }

# nginx's half. It sends the key from its next reload on.
write_edge_key() {
  local required=$CREDENTIALS/api/TICKETD_EDGE_KEY key   # which endpoints may ask for already
  install -d -m 700 "$CREDENTIALS/nginx"
  if [[ -s $EDGE_KEY ]]; then
    kept "$EDGE_KEY"
  else
    if [[ -s $required ]]; then key=$(<"$required"); else key=$(openssl rand -hex 32); fi
    echo "\"\" \"$key\";" | put "$EDGE_KEY" 600 root
    made "$EDGE_KEY: a key by which endpoints know nginx"
  fi
}

nginx_workers() {
  local master
  master=$(systemctl show -P MainPID nginx.service)
  cat "/proc/$master/task/$master/children" 2>/dev/null || true
}

# Or the pid is another program's by now.
has_ended() { [[ $(cat "/proc/$1/comm" 2>/dev/null) != nginx ]]; }

# Those of before a reload answer the requests that they have, and send no key.
await_end_of() {
  local pid end=$((SECONDS + 30))
  for pid in "$@"; do
    until has_ended "$pid"; do
      ((SECONDS < end)) || return 1
      sleep 0.1
    done
  done
}

# A site that is not made of ours may send nothing.
# grep reads it to the end: -q would let nginx die of a closed pipe now and then.
nginx_sends_key() { nginx -T 2>/dev/null | grep '^ *fastcgi_param EDGE_KEY ' >/dev/null; }

# require_edge_key PID...: the endpoints' half, once nginx was reloaded and its workers of before have ended. They take
# requests of this nginx alone as soon as they are restarted. True if that is new.
require_edge_key() {
  local file=$CREDENTIALS/api/TICKETD_EDGE_KEY
  if [[ $(cat "$file" 2>/dev/null) == "$(edge_key)" ]]; then
    kept "$file"
  elif ! nginx_sends_key; then
    echo "! nginx's site does not include $SHARE/nginx/server.conf: endpoints take requests from every program that runs as www-data"
  elif ! await_end_of "$@"; then
    echo "! an nginx worker of before still has requests, and until it ends endpoints take them from every program that runs as www-data: ticketctl setup, later"
  else
    edge_key | put "$file" 600 root
    made "$file: endpoints take requests from nginx alone"
    return
  fi
  return 1
}
