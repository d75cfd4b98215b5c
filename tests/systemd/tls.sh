# A name and TLS: a certificate of one's own, signed by a CA of this test, and one of ACME, by Pebble. Sourced by run.
# shellcheck shell=bash

NAME=tickets.example.org
SITE=https://$NAME

# https URL STATUS [CURL'S ARGUMENT]...: the site as its clients find it, who trust this test's CA alone.
https() {
  local url=$1 status=$2
  shift 2
  [[ $(inside curl -s --cacert /root/ca.pem -o /dev/null -w '%{http_code}' --max-time 30 --connect-to ::127.0.0.1: "$@" "$url") == "$status" ]]
}
not_by_old_tls() { ! https "$SITE/readyz" 200 --tls-max 1.1 --ciphers 'DEFAULT@SECLEVEL=0'; }
by_http2() { [[ $(inside curl -s --http2 --cacert /root/ca.pem -o /dev/null -w '%{http_version}' --connect-to ::127.0.0.1: "$SITE/readyz") == 2 ]]; }
no_warning_of_nginx() {
  local said
  said=$(inside nginx -t -q 2>&1) && [[ ! $said ]] || { echo "$said" && return 1; }
}
says_hsts() { inside curl -sI --cacert /root/ca.pem --connect-to ::127.0.0.1: "$SITE/" | grep -i '^strict-transport-security: max-age=31536000'; }

make_ca() {
  inside openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=a CA of this test' -keyout /root/ca.key -out /root/ca.pem 2>/dev/null
}

# sign FILE NAME DAYS: FILE.pem for NAME, and FILE.key.
sign() {
  inside sh -ec 'cd /root; umask 077; openssl req -newkey rsa:2048 -nodes -subj "/CN=$2" -addext "subjectAltName=DNS:$2" -keyout "$1.key" -out request
    openssl x509 -req -in request -CA ca.pem -CAkey ca.key -copy_extensions copy -days "$3" -out "$1.pem"' sh "$@" 2>/dev/null
}
take() { inside sh -ec "cp /root/$1.pem /etc/ssl/certs/ticketd.pem; cp /root/$1.key /etc/ssl/private/ticketd.key; chmod 600 /etc/ssl/private/ticketd.key"; }

# refuses TEXT WORD...: setup says so, and nothing is made or changed by it.
refuses() {
  local text=$1 before
  shift
  before=$(site_of)
  if inside ticketctl setup --server-name "$NAME" "$@" >"$WORK/setup.log" 2>&1; then return 1; fi
  cat "$WORK/setup.log"
  grep -q -- "$text" "$WORK/setup.log" && [[ $(site_of) == "$before" ]]
}
site_of() { inside sh -c 'cd /etc/nginx; ls -l sites-available sites-enabled; cat sites-available/ticketd' 2>&1; }

own() { refuses "$1" --tls-certificate "/root/$2.pem" --tls-key "/root/$3.key"; }

# Of the certificate that clients are shown.
serial() { inside sh -c "openssl s_client -connect 127.0.0.1:443 -servername $NAME </dev/null 2>/dev/null | openssl x509 -noout -serial"; }
has_new_serial() { [[ $(serial) != "$1" ]]; }

setup_as_before() { inside ticketctl setup --server-name "$NAME" "$@" | tee "$WORK/setup.log" && ! grep '^+' "$WORK/setup.log"; }

own_certificate() {
  local before
  make_ca
  sign good "$NAME" 300 && sign other other.example.org 300 && sign ending "$NAME" 10 && sign ended "$NAME" 0 && sign renewed "$NAME" 300
  check "setup refuses a certificate of another name" own 'is not for' other other
  check "one that has ended" own 'has ended' ended ended
  check "a key that is not its own" own 'is not the key' good other
  check "a key that all can read" with_open_key
  inside cp /root/good.key /root/swapped.pem
  check "what is no certificate" own 'no certificate' swapped good
  check "one without a name" refuses_without_name
  take good
  check "a port of nginx that is taken is no reason to keep half of it" taken_back
  check "ticketctl setup --tls-certificate" documented own-certificate
  check "it answers by https" eventually 5 https "$SITE/readyz" 200
  check "by HTTP/2" by_http2
  check "with nothing that nginx warns of" no_warning_of_nginx
  check "by TLS 1.2, too" https "$SITE/readyz" 200 --tls-max 1.2
  check "and not by 1.1" not_by_old_tls
  check "browsers are told to stay with https" says_hsts
  check "Prometheus reads it where it did before" documented metrics
  check "everybody is sent there" https "http://$NAME/readyz" 308
  check "a second ticketctl setup changes nothing" setup_twice_changes_nothing
  check "nor does the same one" setup_as_before --tls-certificate /etc/ssl/certs/ticketd.pem --tls-key /etc/ssl/private/ticketd.key
  check "another certificate does not change a site that is there" own 'yours to edit' renewed renewed
  check "doctor finds no fault" eventually 10 healthy
  take renewed
  before=$(serial)
  check "a renewed certificate is taken" documented reload
  check "clients see it" eventually 5 has_new_serial "$before"
  take ending
  check "doctor says that it ends in ten days" doctor_says 'warning .*certificate .*ends in (9|10) days'
  take ended
  check "doctor says that it has ended" doctor_says 'FAULT .*certificate .*has ended'
  take other
  check "doctor says that it is another name's" doctor_says "FAULT .*certificate .*is not for $NAME"
  inside cp /root/good.pem /etc/ssl/certs/ticketd.pem
  check "doctor says that the key is another one's" doctor_says 'FAULT .*certificate .*do not belong together'
  take good
}

with_open_key() {
  inside chmod 644 /root/good.key
  own 'not closed to everybody' good good || return 1
  inside chmod 600 /root/good.key
}
refuses_without_name() {
  inside ticketctl setup --tls-certificate /root/good.pem --tls-key /root/good.key 2>&1 | grep 'needs the name'
}
taken_back() {
  inside sh -c 'echo "server { listen 443; ssl_protocols nonsense; }" >/etc/nginx/conf.d/nonsense.conf'
  own 'nginx does not take its configuration' good good || return 1
  inside rm /etc/nginx/conf.d/nonsense.conf
}

# Pebble asks port 80 of the name, which leads to this host.
start_pebble() {
  inside sh -ec "cd /root; apt-get install -q pebble >/dev/null 2>&1
    echo '127.0.0.1 $NAME' >>/etc/hosts"
  sign localhost localhost 30
  cat >"$ROOT_DIR/root/pebble.json" <<'JSON'
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": "/root/localhost.pem",
 "privateKey": "/root/localhost.key", "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
JSON
  # In production the authority is Let's Encrypt, and its server has a certificate that everybody trusts.
  inside sh -ec 'mkdir -p /etc/letsencrypt; printf "%s\n" "server = https://localhost:14000/dir" "no-verify-ssl = true" >/etc/letsencrypt/cli.ini
    systemd-run -q --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 pebble -config /root/pebble.json -strict false'
  eventually 10 inside curl -sf --cacert /root/ca.pem -o /root/acme-root.pem https://localhost:15000/roots/0
}
trust_pebble() { inside cp /root/acme-root.pem /root/ca.pem; }

renew_by_timer() {
  local before
  before=$(serial)
  inside systemctl is-active -q certbot.timer || return 1
  # As if its end were near.
  inside sh -ec 'grep -q ^renew_before "$1" || sed -i "1i renew_before_expiry = 100 years" "$1"' sh "/etc/letsencrypt/renewal/$NAME.conf"
  inside systemctl start certbot.service
  eventually 5 has_new_serial "$before"
}

by_acme() {
  inside rm -f /etc/nginx/sites-available/ticketd /etc/nginx/sites-enabled/ticketd
  check "setup says that certbot is missing" refuses 'apt install certbot' --tls certbot
  inside apt-get install -q certbot >/dev/null 2>&1
  check "no certificate without an authority, and no site" refuses 'certbot gets no certificate' --tls certbot
  check "an ACME server" start_pebble
  check "ticketctl setup --tls certbot" documented certbot
  trust_pebble
  check "it answers by https" eventually 5 https "$SITE/readyz" 200
  check "everybody is sent there" https "http://$NAME/readyz" 308
  check "a second ticketctl setup changes nothing" setup_twice_changes_nothing
  check "nor does the same one" setup_as_before --tls certbot
  check "certbot's timer renews it, and nginx takes it" renew_by_timer
  check "an upgrade of the package" upgrade_to "$VERSION+tls"
  check "leaves it as it is" https "$SITE/readyz" 200
  check "and it is renewed" renew_by_timer
  check "doctor finds no fault" eventually 10 healthy
}

a_name_and_tls() {
  step "a name and TLS"
  new_host
  check "apt installs it" documented install
  check "ticketctl setup" documented setup
  check "ticketctl setup --server-name" documented name
  check "it answers by its name" https "http://$NAME/readyz" 200
  inside rm -f /etc/nginx/sites-available/ticketd /etc/nginx/sites-enabled/ticketd
  own_certificate
  by_acme
}
