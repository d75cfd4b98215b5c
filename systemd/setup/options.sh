# Part of setup: what it is told. Sourced.
# shellcheck shell=bash

server_name="" port="" admin_url="" tls="" tls_certificate="" tls_key=""

usage() {
  cat <<'END'
usage: ticketctl setup [--server-name NAME] [--port PORT] [--database-url URL]
                       [--tls certbot | --tls-certificate FILE --tls-key FILE]

  --server-name NAME  the name of nginx's site; without it, any
  --port PORT         where nginx listens: 80 with a name, else 8080
  --database-url URL  PostgreSQL elsewhere: the address of someone who may create roles and databases there,
                      postgresql://postgres:PASSWORD@db.example.org/postgres; - reads it from standard input, so
                      that it is in no list of processes; without it, the one on this host
  --tls HOW           certbot: it gets a certificate for the name, and renews it; you agree to the terms of the
                      authority, which is Let's Encrypt unless /etc/letsencrypt/cli.ini names another server
  --tls-certificate FILE  a certificate of your own, with its chain, in PEM
  --tls-key FILE      its key
END
}

read_options() {
  while (($#)); do
    case $1 in
      -h | --help) usage && exit 0 ;;
      --server-name | --port | --database-url | --tls | --tls-certificate | --tls-key) [[ ${2:-} ]] || { usage >&2 && exit 2; } ;;&
      --server-name) server_name=$2 ;;
      --port) port=$2 ;;
      --database-url) admin_url=$2 ;;
      --tls) tls=$2 ;;
      --tls-certificate) tls_certificate=$2 ;;
      --tls-key) tls_key=$2 ;;
      *) usage >&2 && exit 2 ;;
    esac
    shift 2
  done
  if [[ $admin_url == - ]]; then IFS= read -r admin_url || [[ $admin_url ]] || die "no --database-url on standard input"; fi
  [[ $server_name =~ ^[A-Za-z0-9.*_\ -]*$ ]] || die "--server-name $server_name is no name of a host"
  [[ -z $port || $port =~ ^[0-9]{1,5}$ ]] || die "--port $port is no number of a port"
  [[ -z $admin_url || $admin_url =~ ^postgres(ql)?://[^/@]+@[^/]+/[^?]+ ]] ||
    die "--database-url must be like postgresql://postgres:PASSWORD@db.example.org/postgres"
  check_tls_options
}

check_tls_options() {
  local file
  [[ $tls$tls_certificate$tls_key ]] || return 0
  [[ ! $tls || $tls == certbot ]] || die "--tls takes certbot; for a certificate of your own: --tls-certificate FILE --tls-key FILE"
  [[ ! $tls || ! $tls_certificate$tls_key ]] || die "--tls certbot gets the certificate; --tls-certificate is for one of your own"
  [[ $tls || ( $tls_certificate && $tls_key ) ]] || die "--tls-certificate and --tls-key need each other"
  for file in "$tls_certificate" "$tls_key"; do
    [[ ! $file || $file =~ ^/[A-Za-z0-9._/@+-]+$ ]] || die "$file must be a whole path, of letters, digits and . _ - + @ /"
  done
  [[ $server_name ]] || die "TLS needs the name of the site: --server-name"
  [[ ! $port ]] || die "TLS has the ports 80 and 443: no --port"
  [[ ! $tls || $server_name != *\** ]] || die "ACME proves no $server_name by HTTP: name each host"
}
