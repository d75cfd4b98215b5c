# Part of setup: the roles and the database, and how each part of ticketd gets in. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2154  # admin_url is an option

# Each part of ticketd, and its role.
PARTS=(admin api worker messenger webhooks)
ROLES=(ticketd ticketd_api ticketd_worker ticketd_messenger ticketd_webhooks)

# Those that came later than the others. Where the database is elsewhere, and was before, they may have no role there.
declare -A LATER=([messenger]=mail [webhooks]=webhooks)

is_local() { [[ ! $admin_url && ( ! -s $CREDENTIALS/admin/DATABASE_URL || $(<"$CREDENTIALS/admin/DATABASE_URL") == *host=/* ) ]]; }

# psql as somebody who may create roles. The password of --database-url goes by the environment: arguments are for
# everybody on this host to read.
admin_sql() {
  local who=${admin_url%%@*} password
  who=${who#*://}
  if [[ $who == *:* ]]; then
    password=${who#*:}
    PGPASSWORD=$(decoded "$password") psql -XqAt -v ON_ERROR_STOP=1 "postgresql://${who%%:*}@${admin_url#*@}" "$@"
  elif [[ $admin_url ]]; then
    psql -XqAt -v ON_ERROR_STOP=1 "$admin_url" "$@"
  else
    runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -d postgres "$@"
  fi
}

must_have_postgres() {
  local version
  if is_local; then
    getent passwd postgres >/dev/null || die "there is no PostgreSQL on this host" \
      "apt install postgresql" "or name another: ticketctl setup --database-url postgresql://postgres:PASSWORD@db.example.org/postgres"
    version=$(cd / && admin_sql -c 'SHOW server_version_num' 2>&1) || die "PostgreSQL does not answer: $version" \
      "systemctl status 'postgresql@*'; systemctl start postgresql"
  else
    version=$(admin_sql -c 'SHOW server_version_num' 2>&1) || die "that PostgreSQL does not let us in: $version" \
      "try it by hand: psql 'URL'"
  fi
  ((version >= 150000)) || die "PostgreSQL is version $((version / 10000)), ticketd needs 15 or newer" "pg_upgradecluster(1)"
}

# Each endpoint and each worker has connections of its own. A part that was taken over is not to take those of all others.
limit_connections() {
  local most role limit
  most=$(admin_sql -c "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int")
  for role in ticketd_api ticketd_worker ticketd_messenger ticketd_webhooks; do
    case $role in
      ticketd_api) limit=$((most * 4 / 5)) ;;
      ticketd_worker) limit=$((most / 2)) ;;
      *) limit=$((most / 10 + 1)) ;;
    esac
    if [[ $(admin_sql -c "SELECT rolconnlimit FROM pg_roles WHERE rolname = '$role'") == "$limit" ]]; then
      kept "PostgreSQL: $role takes $limit of $most connections at most"
    else
      admin_sql -c "ALTER ROLE $role CONNECTION LIMIT $limit"
      made "PostgreSQL: $role takes $limit of $most connections at most"
    fi
  done
}

# What somebody has set for a role counts for each of its sessions. ticketd needs nothing set, and a part that was taken over
# may have set something.
reset_role_settings() {
  local role settings
  for role in "${ROLES[@]}"; do
    settings=$(admin_sql -c "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
      LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE rolname = '$role' AND (setdatabase = 0 OR datname = 'ticketd')")
    [[ $settings ]] || continue
    admin_sql -c "ALTER ROLE $role RESET ALL" -c "ALTER ROLE $role IN DATABASE ticketd RESET ALL"
    made "PostgreSQL: $role without ${settings//$'\n'/, }"
  done
}

# PostgreSQL lets every role write large objects, and into the WAL: whoever took a part over could fill the disk. Each of
# these functions is looked at: one has other arguments in PostgreSQL 17, so that an upgraded cluster lacks that line alone.
is_for_superusers() {
  [[ $(admin_sql -c '\connect ticketd' -c "SELECT count(*) FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND (proname ~ '^(lo_|loread\$|lowrite\$)' OR proname = 'pg_logical_emit_message')
    AND has_function_privilege('public', oid, 'EXECUTE')") == 0 ]]
}
revoke_public_rights() {
  local what="PostgreSQL: large objects of the database ticketd, and messages in its WAL, are for superusers" said
  if is_for_superusers; then
    kept "$what"
  elif said=$(admin_sql -c '\connect ticketd' -f - <"$HERE/rights.sql" 2>&1) && is_for_superusers; then
    made "$what"
  else
    echo "! every role may fill the disk with large objects, or the WAL; as a superuser: psql -d ticketd -f $HERE/rights.sql${said:+ ($said)}"
  fi
}

check_connections() {
  local most need
  most=$(admin_sql -c 'SHOW max_connections')
  need=$(($(find /usr/lib/ticketd/handlers -type f | wc -l) * 4 + 20))
  if ((most < need)); then
    echo "! PostgreSQL takes $most connections, ticketd may want $need: ALTER SYSTEM SET max_connections = $((need + most)), then restart it"
  fi
}

make_roles_and_database() {
  local role lines encoding
  for role in "${ROLES[@]}"; do
    if [[ $(admin_sql -c "SELECT 1 FROM pg_roles WHERE rolname = '$role' AND rolcanlogin") ]]; then
      kept "PostgreSQL has the role $role"
    else
      lines=$(admin_sql -c "CREATE ROLE $role LOGIN" 2>&1) || die "the role $role could not be made: $lines" \
        "if it may not log in: ALTER ROLE $role LOGIN"
      made "PostgreSQL: role $role"
    fi
  done
  if [[ $(admin_sql -c "SELECT pg_has_role('ticketd', 'pg_read_all_stats', 'MEMBER')") == t ]]; then
    kept "PostgreSQL: ticketd sees everybody's sessions"
  elif admin_sql -c 'GRANT pg_read_all_stats TO ticketd' >/dev/null 2>&1; then
    made "PostgreSQL: ticketd sees everybody's sessions"
  else
    echo "! ticketctl status cannot tell where workers run; as a superuser: GRANT pg_read_all_stats TO ticketd"
  fi
  encoding=$(admin_sql -c "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'ticketd'")
  if [[ $encoding == UTF8 ]]; then
    kept "PostgreSQL has the database ticketd"
  elif [[ $encoding ]]; then
    die "$(wrong_encoding "$encoding")" "if nothing in it is needed: dropdb ticketd, then ticketctl setup" \
      "else see /usr/share/doc/ticketd/systemd/docs/upkeep.md, Another encoding"
  else
    # An owner's role has to be granted to whoever names it, unless that is a superuser.
    if [[ $admin_url ]]; then admin_sql -c 'GRANT ticketd TO CURRENT_USER' >/dev/null 2>&1 || true; fi
    lines=$(admin_sql -c "CREATE DATABASE ticketd OWNER ticketd ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0" 2>&1) ||
      die "the database could not be made: $lines"
    made "PostgreSQL: database ticketd"
  fi
}

# remote_url ROLE PASSWORD: the address of --database-url for another user, and of our database.
remote_url() {
  local rest=${admin_url#*@}
  local host=${rest%%/*} query=""
  [[ $rest == *\?* ]] && query="?${rest#*\?}"
  echo "postgresql://$1:$2@$host/ticketd$query"
}

role_of() { case $1 in admin) echo ticketd ;; *) echo "ticketd_$1" ;; esac; }

# as_part PART SQL: what PostgreSQL answers to a part of ticketd.
as_part() {
  local url password
  url=$(<"$CREDENTIALS/$1/DATABASE_URL")
  password=$(password_in "$CREDENTIALS/$1/DATABASE_URL")
  PGPASSWORD=$(decoded "$password") runuser -u "$(role_of "$1")" -- psql -XqAt "${url/:$password@/@}" -c "$2" 2>&1
}

# What a part is asked for as a user: its role's name if it gets in.
log_in() { as_part "$1" 'SELECT current_user'; }

# A sentence if the database cannot hold what ticketd writes.
wrong_encoding() {
  [[ ! $1 || $1 == UTF8 ]] || echo "the database ticketd has the encoding $1, and names and titles need UTF8"
}

# True if the part's address leads where it should.
has_database_url() {
  local file=$CREDENTIALS/$1/DATABASE_URL
  [[ -s $file ]] || return 1
  [[ ! $admin_url ]] || [[ $(<"$file") == "$(remote_url "$(role_of "$1")" "$(password_in "$file")")" && $(log_in "$1") == "$(role_of "$1")" ]]
}

write_database_urls() {
  local part file role password server_port
  for part in "${PARTS[@]}"; do
    file=$CREDENTIALS/$part/DATABASE_URL role=$(role_of "$part")
    if has_database_url "$part"; then
      kept "$file"
    elif [[ $admin_url ]]; then
      password=$(random_password)
      echo "ALTER ROLE $role PASSWORD '$password'" | admin_sql
      remote_url "$role" "$password" | put "$file" 0600 root
      made "$file, with a new password"
    elif [[ ${LATER[$part]:-} ]] && ! is_local; then
      echo "! for ${LATER[$part]}, $role has to be a role there: ticketctl setup --database-url postgresql://postgres:PASSWORD@HOST/postgres"
    else
      server_port=$(admin_sql -c 'SHOW port')
      echo "postgresql:///ticketd?host=/run/postgresql$([[ $server_port == 5432 ]] || echo "&port=$server_port")" | put "$file" 0600 root
      made "$file: by the name of the user, no password"
    fi
  done
}

# Does every part get in as itself? Peer authentication needs pg_hba.conf to say so.
check_logins() {
  local part role answer
  for part in "${PARTS[@]}"; do
    role=$(role_of "$part")
    # Where the database is elsewhere, and nobody has wanted what this part is for.
    if [[ ${LATER[$part]:-} && ! -e $CREDENTIALS/$part/DATABASE_URL ]]; then continue; fi
    answer=$(log_in "$part") || true
    [[ $answer == "$role" ]] || die "PostgreSQL does not let $role in: $answer" \
      "pg_hba.conf should have the line: local ticketd $(IFS=, && echo "${ROLES[*]}") peer" \
      "then: systemctl reload postgresql"
  done
  kept "PostgreSQL lets ${ROLES[*]} in"
}

# The units have no network; a database elsewhere needs one.
open_network() {
  local host address dir
  host=$(sed -E 's|^[^@]*@(\[[^]]*\]\|[^:/]*).*|\1|; s|[][]||g' "$CREDENTIALS/api/DATABASE_URL")
  address=any
  if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then address=$host; fi
  for dir in ticketd-.service.d ticketd@.service.d; do
    mkdir -p "/etc/systemd/system/$dir"
    if printf '%s\n' "# made by \`ticketctl setup\`: PostgreSQL is on $host" '[Service]' PrivateNetwork=no \
      'RestrictAddressFamilies=AF_INET AF_INET6' "IPAddressAllow=$address" | put "/etc/systemd/system/$dir/network.conf" 644 root; then
      made "/etc/systemd/system/$dir/network.conf: the units may reach $host"
    fi
  done
  systemctl daemon-reload
}
