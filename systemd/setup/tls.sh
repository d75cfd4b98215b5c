# Part of setup: the certificate of nginx's site, one's own or certbot's. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2154  # server_name, tls, tls_certificate and tls_key are options

ACME=/var/www/acme   # which site.conf.in names, too

has_tls() { [[ $tls$tls_certificate ]]; }

# The first of the names, which certbot calls the certificate by.
main_name() { echo "${server_name%% *}"; }

# Must be good before anything is made: nginx takes a certificate of another name, and one that has ended.
check_certificate() {
  local name ends
  [[ -r $tls_certificate ]] || die "there is no $tls_certificate"
  [[ -r $tls_key ]] || die "there is no $tls_key"
  [[ $(stat -L -c %a "$tls_key") == *0 ]] || die "$tls_key is not closed to everybody" "chmod 600 $tls_key"
  ends=$(openssl x509 -in "$tls_certificate" -noout -enddate 2>/dev/null) || die "$tls_certificate is no certificate in PEM"
  openssl x509 -in "$tls_certificate" -noout -checkend 0 >/dev/null || die "$tls_certificate has ended: ${ends#*=}"
  [[ $(openssl pkey -in "$tls_key" -passin pass: -pubout 2>/dev/null) == "$(openssl x509 -in "$tls_certificate" -noout -pubkey)" ]] ||
    die "$tls_key is not the key of $tls_certificate, or needs a password"
  for name in $server_name; do
    [[ $(openssl x509 -in "$tls_certificate" -noout -checkhost "${name/#\*./any.}") == *"does match"* ]] ||
      die "$tls_certificate is not for $name" "$(openssl x509 -in "$tls_certificate" -noout -ext subjectAltName 2>&1)"
  done
  kept "$tls_certificate: for $server_name, until ${ends#*=}"
}

# What does not need anything made yet.
check_tls() {
  if [[ $tls ]]; then
    tls_certificate=/etc/letsencrypt/live/$(main_name)/fullchain.pem tls_key=/etc/letsencrypt/live/$(main_name)/privkey.pem
    command -v certbot >/dev/null || die "certbot is not installed" "apt install certbot"
  fi
  has_tls || return 0
  [[ ! -e $SITE ]] || grep -qE "^ *ssl_certificate +$tls_certificate;" "$SITE" ||
    die "$SITE is there, and yours to edit" "to have it made anew, with TLS: rm $SITE, then the same again"
  if [[ ! $tls || -e $tls_certificate ]]; then check_certificate; fi
}

# certbot puts its answers to ACME's challenges where the site shows them; so that is there by now. It keeps what it is told
# here for each renewal, which its own timer begins.
get_certificate() {
  local names=() name said
  for name in $server_name; do names+=(-d "$name"); done
  said=$(certbot certonly --non-interactive --agree-tos --register-unsafely-without-email --webroot -w "$ACME" \
    --cert-name "$(main_name)" "${names[@]}" --deploy-hook "systemctl reload nginx.service" 2>&1) ||
    die "certbot gets no certificate" "$said"
  made "$tls_certificate: by certbot, which renews it"
  check_certificate
}
