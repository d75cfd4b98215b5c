# What `ticketctl doctor` finds on a host as it is installed: each line plants a fault, and takes it back. Sourced by run.
# shellcheck shell=bash

healthy() { documented doctor; }

# finds PLANT UNDO PATTERN: with PLANT, doctor ends with 1 and has a line FAULT that the pattern fits, with a remedy.
finds() {
  local plant=$1 undo=$2 pattern=$3 said status=0 line
  inside sh -ec "$plant" || return 1
  said=$(inside ticketctl doctor) || status=$?
  inside sh -ec "$undo" || return 1
  line=$(grep -E "^FAULT .*$pattern" <<<"$said" | grep 'Remedy: ') || { echo "$said" && return 1; }
  echo "$line"
  [[ $status == 1 ]]
}

every_cause_is_named() {
  local conf=/etc/ticketd/redis-queue.conf env=/etc/ticketd/ticketd.env key=/etc/ticketd/credentials/api/TICKETD_JWT_KEYS
  check "doctor: no worker" finds 'systemctl stop ticketd-worker@1' 'systemctl start ticketd-worker@1' 'workers .*systemctl start ticketd-worker@1'
  check "doctor: a socket is not there" finds 'systemctl start ticketd-closed@livez' 'systemctl start ticketd.target' \
    'sockets .*1 of .* missing.*systemctl start ticketd@livez.socket'
  check "doctor: a socket is open to all; its remedy mends it" finds 'chmod 666 /run/ticketd/livez.sock' \
    'systemctl start ticketd-closed@livez && systemctl start ticketd.target' \
    'sockets .*livez.sock has mode 0666.*systemctl start ticketd-closed@livez && systemctl start ticketd.target'
  check "doctor: ticketd is stopped" finds 'systemctl stop ticketd.target' 'systemctl start ticketd.target' 'units .*enable --now ticketd.target'
  check "doctor: the site is not enabled" finds 'mv /etc/nginx/sites-enabled/ticketd /root/site' 'mv /root/site /etc/nginx/sites-enabled/ticketd' \
    'nginx site .*sites-enabled'
  check "doctor: nginx does not take its configuration" finds 'echo "nonsense;" >/etc/nginx/conf.d/x.conf' 'rm /etc/nginx/conf.d/x.conf' 'nginx -t .*nonsense'
  check "doctor: a secret can be read by others" finds "chmod 644 $key" "chmod 600 $key" 'credentials .*mode 0644.*chmod 600'
  check "doctor: a setting is wrong" finds "echo TICKETD_THREADS=many >>$env" "sed -i /TICKETD_THREADS=many/d $env" 'TICKETD_THREADS .*whole number'
  check "doctor: a unit has failed" finds \
    "echo TICKETD_SHARDS=many >>$env; systemctl restart ticketd-worker@1 || true" \
    "sed -i /TICKETD_SHARDS=many/d $env; systemctl reset-failed; systemctl start ticketd-worker@1" 'units .*failed: ticketd-worker@1.service.*journalctl'
  check "doctor: the queue is not synced" finds \
    "sed -i 's/^appendfsync always/appendfsync everysec/' $conf; systemctl restart ticketd-redis-queue" \
    "sed -i 's/^appendfsync everysec/appendfsync always/' $conf; systemctl restart ticketd-redis-queue" 'appendfsync .*set .appendfsync always'
  check "doctor: the queue is not there" finds 'systemctl stop ticketd-redis-queue' 'systemctl start ticketd.target ticketd-redis-queue' \
    'queue redis .*systemctl start ticketd-redis-queue'
  check "doctor: PostgreSQL does not sync" finds \
    'echo "ALTER SYSTEM SET fsync = off" | runuser -u postgres -- psql -Xq; systemctl reload postgresql; sleep 1' \
    'echo "ALTER SYSTEM RESET fsync" | runuser -u postgres -- psql -Xq; systemctl reload postgresql; sleep 1' 'fsync .*fsync = on'
}

ask_the_doctor() {
  step "the doctor"
  check "doctor finds no fault on a healthy host" eventually 10 healthy
  check "status reaches every part" documented status
  every_cause_is_named
  check "doctor finds no fault after all that" eventually 20 healthy
}
