# Part of setup: what it is told. Sourced.
# shellcheck shell=bash

server_name="" port="" admin_url=""

usage() {
  cat <<'END'
usage: ticketctl setup [--server-name NAME] [--port PORT] [--database-url URL]

  --server-name NAME  the name of nginx's site; without it, any
  --port PORT         where nginx listens: 80 with a name, else 8080
  --database-url URL  PostgreSQL elsewhere: the address of someone who may create roles and databases there,
                      postgresql://postgres:PASSWORD@db.example.org/postgres; - reads it from standard input, so
                      that it is in no list of processes; without it, the one on this host
END
}

read_options() {
  while (($#)); do
    case $1 in
      -h | --help) usage && exit 0 ;;
      --server-name | --port | --database-url) [[ ${2:-} ]] || { usage >&2 && exit 2; } ;;&
      --server-name) server_name=$2 ;;
      --port) port=$2 ;;
      --database-url) admin_url=$2 ;;
      *) usage >&2 && exit 2 ;;
    esac
    shift 2
  done
  if [[ $admin_url == - ]]; then IFS= read -r admin_url || [[ $admin_url ]] || die "no --database-url on standard input"; fi
  [[ $server_name =~ ^[A-Za-z0-9.*_\ -]*$ ]] || die "--server-name $server_name is no name of a host"
  [[ -z $port || $port =~ ^[0-9]{1,5}$ ]] || die "--port $port is no number of a port"
  [[ -z $admin_url || $admin_url =~ ^postgres(ql)?://[^/@]+@[^/]+/[^?]+ ]] ||
    die "--database-url must be like postgresql://postgres:PASSWORD@db.example.org/postgres"
}
