# Part of stack: the private PostgreSQL cluster. Sourced.
# shellcheck shell=bash

# Sets PG_BIN: the binaries that made the data, or else the newest.
choose_postgres() {
  local version=""
  if [[ -s $RUN_DIR/postgres/data/PG_VERSION ]]; then version=$(<"$RUN_DIR/postgres/data/PG_VERSION"); fi
  if [[ ! $version ]]; then
    version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -V | tail -n 1)
    [[ $version ]] || die "PostgreSQL is not installed" "$HERE/install-packages run"
  fi
  PG_BIN=/usr/lib/postgresql/$version/bin
  [[ -x $PG_BIN/postgres ]] ||
    die "the data in $RUN_DIR/postgres is PostgreSQL $version's, which is not installed" \
      "install postgresql-$version, or remove that directory to begin anew"
}

# Sets PG_AS, the command that PostgreSQL is started through, and PG_HOME and PG_DATA. It refuses to be
# root, and initdb wants a name for its uid, which a container's user may not have. A user namespace in
# which we are called postgres, the one name that comes with the packages, satisfies both. The files stay
# ours, so it works below /root too. Where those are forbidden (many containers), root becomes postgres.
choose_postgres_user() {
  local uid gid
  PG_AS=()
  PG_HOME=$RUN_DIR/postgres
  if ((EUID == 0)) || ! id -un >/dev/null 2>&1; then
    uid=$(id -u postgres) && gid=$(id -g postgres) || die "there is no user postgres, whom PostgreSQL's packages make"
    PG_AS=(unshare --user --map-user="$uid" --map-group="$gid")
    if ! "${PG_AS[@]}" true 2>/dev/null; then
      ((EUID == 0)) || die "uid $EUID has no name, and PostgreSQL wants one" "useradd --uid $EUID NAME, as root"
      PG_AS=(chpst -u postgres:postgres)
    fi
  fi
  # A link to a directory that somebody has cleaned away is as good as none.
  [[ -e $PG_HOME ]] || { rm -f "$PG_HOME" && mkdir "$PG_HOME"; }
  PG_HOME=$(readlink -f "$PG_HOME")
  if ! postgres_may_write; then
    # A directory on the way is closed to that user.
    [[ ! -e $PG_HOME/data ]] || die "PostgreSQL can no longer reach its data in $PG_HOME"
    rm -rf "$RUN_DIR/postgres"
    PG_HOME=$(mktemp -d /var/tmp/ticketd-postgres-XXXXXX)
    ln -s "$PG_HOME" "$RUN_DIR/postgres"
    postgres_may_write || die "the user of PostgreSQL cannot write in $PG_HOME"
    say "note: PostgreSQL's user cannot reach $RUN_DIR, so the data is in $PG_HOME"
  fi
  PG_DATA=$PG_HOME/data
}

# As root, also gives the directory to whom it has to belong.
postgres_may_write() {
  local owner=root
  if ((EUID == 0)); then
    if [[ ${PG_AS[0]} == chpst ]]; then owner=postgres; fi
    if [[ $(stat -c %U "$PG_HOME") != "$owner" ]]; then chown -R "$owner:" "$PG_HOME"; fi
    chmod 700 "$PG_HOME"
  fi
  "${PG_AS[@]}" test -w "$PG_HOME"
}

# Made beside its place and moved there when complete, so that an interrupted initdb is simply repeated.
make_cluster() {
  if [[ -e $PG_DATA ]]; then
    chmod 700 "$PG_DATA"   # a chmod of the whole checkout would keep it from starting
    return
  fi
  local fresh=$PG_HOME/data.new password=$PG_HOME/password
  say "making a PostgreSQL cluster in $RUN_DIR/postgres"
  rm -rf "$fresh" "$password"
  (
    umask 077
    echo "$PG_PASSWORD" >"$password"
    if ((EUID == 0)); then chown --reference="$PG_HOME" "$password"; fi
  )
  (
    cd "$PG_HOME"
    "${PG_AS[@]}" "$PG_BIN/initdb" -D "$fresh" --username=postgres --pwfile="$password" \
      --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  ) >>"$RUN_DIR/log/postgres.log" 2>&1 || process_failed postgres "initdb failed"
  rm -f "$password"
  mv "$fresh" "$PG_DATA"
}

write_postgres_conf() {
  local sockets=$SOCKET_DIR
  # TCP is what DATABASE_URL uses; the socket is a convenience where PostgreSQL's user can make it.
  "${PG_AS[@]}" test -w "$SOCKET_DIR" || sockets=""
  cat >"$PG_HOME/ticketd.conf" <<END
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = '$sockets'
max_connections = 400
password_encryption = 'scram-sha-256'
fsync = on
synchronous_commit = on
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
END
  if ((EUID == 0)); then chown --reference="$PG_HOME" "$PG_HOME/ticketd.conf"; fi
}

postgres_ready() { "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$PG_PORT" -U postgres -d postgres; }

# The roles and the database; ticketd owns it and is nothing more. What the others may do, the migrations say.
make_database() {
  PGPASSWORD=$PG_PASSWORD RIGHTS=$ROOT/systemd/setup/rights.sql ADMIN=$ADMIN_PASSWORD API=$API_PASSWORD WORKER=$WORKER_PASSWORD \
    MESSENGER=$MESSENGER_PASSWORD WEBHOOKS=$WEBHOOKS_PASSWORD "$PG_BIN/psql" -h 127.0.0.1 -p "$PG_PORT" -U postgres -d postgres -XqAt \
    -v ON_ERROR_STOP=1 >>"$RUN_DIR/log/postgres.log" 2>&1 <<'END' ||
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest('{ticketd,ticketd_api,ticketd_worker,ticketd_messenger,ticketd_webhooks}'::text[]) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
\getenv admin ADMIN
\getenv api API
\getenv worker WORKER
\getenv messenger MESSENGER
\getenv webhooks WEBHOOKS
ALTER ROLE ticketd PASSWORD :'admin';
GRANT pg_read_all_stats TO ticketd;
ALTER ROLE ticketd_api PASSWORD :'api';
ALTER ROLE ticketd_worker PASSWORD :'worker';
ALTER ROLE ticketd_messenger PASSWORD :'messenger';
ALTER ROLE ticketd_webhooks PASSWORD :'webhooks';
SELECT 'CREATE DATABASE ticketd OWNER ticketd'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ticketd') \gexec
\getenv rights RIGHTS
\connect ticketd
\i :rights
END
    process_failed postgres "the database ticketd could not be made"
}
