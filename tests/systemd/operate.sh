# What systemd/README.md tells an operator to do. Sourced by run.
# shellcheck shell=bash

back_up_and_restore() {
  inside sh -ec "cd /; runuser -u postgres -- pg_dump -Fc ticketd >/root/ticketd.dump
    systemctl stop ticketd.target
    runuser -u postgres -- pg_restore --clean --if-exists --create -d postgres </root/ticketd.dump
    systemctl start ticketd.target" && eventually 20 answers /readyz && rules_hold
}

back_up_queue() { inside sh -ec 'tar -C /var/lib -cf /root/queue.tar ticketd-redis-queue; tar -tf /root/queue.tar' | grep -F .aof; }

me_says() { api GET /v1/users/me "$1" | grep -F "$2"; }

# Tokens signed with the old key go on being accepted until it is taken out.
rotate_keys() {
  local file=/etc/ticketd/credentials/api/TICKETD_JWT_KEYS token
  token=$(sign_up rotation)
  inside sh -ec "umask 077; echo \"\$(date -u +%F):\$(openssl rand -base64 32),\$(cat $file)\" >$file.new; mv $file.new $file
    systemctl restart 'ticketd@*.service'"
  eventually 20 me_says "$token" '"success":true' || return 1
  inside sh -ec "cut -d , -f 1 $file >$file.new; chmod 600 $file.new; mv $file.new $file; systemctl restart 'ticketd@*.service'"
  eventually 20 me_says "$token" '"code":"token_invalid"'
}

new_redis_passwords() {
  local before after
  before=$(inside cat /etc/ticketd/credentials/api/QUEUE_REDIS_URL)
  inside sh -c 'rm /etc/ticketd/credentials/*/*_REDIS_URL; ticketctl setup' || return 1
  after=$(inside cat /etc/ticketd/credentials/api/QUEUE_REDIS_URL)
  [[ $before != "$after" ]] && book_and_promote
}

limits_by_drop_in() {
  inside sh -ec 'd=/etc/systemd/system/ticketd@events-book.service.d; mkdir -p $d
    cp /usr/share/doc/ticketd/examples/events-book.conf.example $d/limits.conf
    systemctl daemon-reload; systemctl restart ticketd@events-book.service
    systemctl show -p MemoryMax,TasksMax ticketd@events-book.service; rm -r $d; systemctl daemon-reload' | grep -x MemoryMax=536870912
}

one_endpoint_off_and_on() {
  inside systemctl start ticketd-closed@root.service && answers / 502 || return 1
  inside systemctl start ticketd.target && answers /
}

operate() {
  step "operating it"
  check "limits of one endpoint by a drop-in" limits_by_drop_in
  check "one endpoint off the air, and on again" one_endpoint_off_and_on
  check "back up and restore" back_up_and_restore
  check "the queue's files can be copied while it runs" back_up_queue
  check "a new key for access tokens, then the old one out" rotate_keys
  check "new Redis passwords" new_redis_passwords
}

# PostgreSQL is reached over TCP with passwords then, as on another host.
to_another_host() {
  inside sh -ec "cd /; echo \"ALTER ROLE postgres PASSWORD 'admin'\" >/root/sql; runuser -u postgres -- psql -Xq </root/sql; rm /root/sql
    echo postgresql://postgres:admin@127.0.0.1:5432/postgres | ticketctl setup --database-url -"
}

move_the_database() {
  step "PostgreSQL on another host"
  check "ticketctl setup --database-url" to_another_host
  check "a second ticketctl setup changes nothing" setup_twice_changes_nothing
  check "a booking there" book_and_promote
  check "the sandbox still scores 1.5 or better" score_of_each_service
  check "ticketctl verify finds all rules kept" rules_hold
}
