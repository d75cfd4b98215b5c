# Part of stack: ports, secrets, and every file that is written before a process starts. Sourced.
# shellcheck shell=bash

# can_listen PORT: 0 if nobody listens there on this host; else the reason is printed.
can_listen() {
  perl -MSocket -e '
    my $s;
    socket($s, AF_INET, SOCK_STREAM, 0) && setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1)
      && bind($s, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)) && listen($s, 1) or print("$!\n"), exit 1;
  ' "$1"
}

# Four ports below the ephemeral range (32768 and up): from there, any outgoing connection could take
# one while its process restarts. The same PORT gets the same ones, if they are free.
choose_ports() {
  local candidate=$((20000 + PORT * 4 % 12000)) found=() tries
  for ((tries = 0; tries < 12000 && ${#found[@]} < 4; tries++)); do
    if [[ $candidate != "$PORT" ]] && can_listen "$candidate" >/dev/null; then found+=("$candidate"); fi
    candidate=$((candidate >= 31999 ? 20000 : candidate + 1))
  done
  ((${#found[@]} == 4)) || die "no free ports between 20000 and 31999"
  PG_PORT=${found[0]} QUEUE_PORT=${found[1]} CACHE_PORT=${found[2]} MAIL_PORT=${found[3]}
}

must_have_port() {
  local reason
  if [[ ! $PORT =~ ^[1-9][0-9]{0,4}$ ]] || ((PORT > 65535)); then die "PORT=$PORT is not a port number"; fi
  reason=$(can_listen "$PORT") && return
  die "port $PORT cannot be used: $reason" "choose another: make run PORT=$((PORT < 60000 ? PORT + 1 : 8081))"
}

random() { head -c "$1" /dev/urandom; }

# Made once and kept: the data of the next run is behind the same passwords, and its tokens stay valid.
# ADMIN is ticketctl's identity, API the handlers', WORKER the workers', in PostgreSQL and in both Redis; MESSENGER the
# messenger's in PostgreSQL, and WEBHOOKS that of ticketd-webhooks.
load_secrets() {
  local file=$RUN_DIR/secrets part
  if [[ ! -s $file ]]; then
    [[ ! -e $RUN_DIR/postgres/data ]] ||
      die "$file is gone, and with it the password of the data in $RUN_DIR/postgres" \
        "put it back, or remove $RUN_DIR/postgres to begin anew"
    (
      umask 077
      for part in PG ADMIN API WORKER; do echo "${part}_PASSWORD=$(random 24 | od -An -tx1 | tr -d ' \n')"; done >"$file.new"
      echo "JWT_KEYS=local:$(random 32 | base64 -w0)" >>"$file.new"
    )
    mv "$file.new" "$file"
  fi
  # Not in those of older versions.
  grep -q '^SESSION_KEYS=' "$file" || echo "SESSION_KEYS=local:$(random 32 | base64 -w0)" >>"$file"
  for part in MESSENGER WEBHOOKS; do
    grep -q "^${part}_PASSWORD=" "$file" || echo "${part}_PASSWORD=$(random 24 | od -An -tx1 | tr -d ' \n')" >>"$file"
  done
  grep -q '^EDGE_KEY=' "$file" || echo "EDGE_KEY=$(random 32 | od -An -tx1 | tr -d ' \n')" >>"$file"
  # shellcheck disable=SC1090
  . "$file"
  [[ ${API_PASSWORD:-} ]] ||
    die "the data in $RUN_DIR is that of an older version" "remove that directory to begin anew"
}

# A path for which the longest socket's fits into the 107 bytes of sun_path, and that needs no quoting
# anywhere. $RUN_DIR/sock is that directory or a link to it.
choose_socket_dir() {
  local link=$RUN_DIR/sock longest=40 base
  SOCKET_DIR=$link
  if ((${#link} + longest <= 107)) && [[ $link != *[!A-Za-z0-9._/+-]* ]]; then
    [[ ! -L $link ]] || rm "$link"
    mkdir -p "$link"
    return
  fi
  SOCKET_DIR=$(readlink -f "$link" || true)
  if [[ -L $link && -d $SOCKET_DIR && -O $SOCKET_DIR ]]; then return; fi
  base=${XDG_RUNTIME_DIR:-/tmp}
  [[ -d $base && -w $base ]] && ((${#base} + 16 + longest <= 107)) || base=/tmp
  SOCKET_DIR=$(mktemp -d "$base/ticketd-XXXXXX")
  ln -sfn "$SOCKET_DIR" "$link"
}

remove_socket_dir() {
  local link=$RUN_DIR/sock dir
  [[ -L $link ]] || return 0
  dir=$(readlink "$link")
  if [[ $dir == */ticketd-?????? && -O $dir ]]; then rm -rf "$dir"; fi
  rm "$link"
}

# fill TEMPLATE RESULT NAME=VALUE...: replaces each @NAME@.
fill() {
  local text result=$2 pair
  text=$(<"$1")
  shift 2
  for pair in "$@"; do
    text=${text//"@${pair%%=*}@"/"${pair#*=}"}
  done
  printf '%s\n' "$text" >"$result"
}

write_nginx_conf() {
  local rate=on user="" origins='default "";' vary="" proxy="" origin list=() www=$ROOT/build/www
  # Where the usual tools serve a front end while it is written.
  local wanted=${TICKETD_CORS_ORIGINS-http://localhost:3000,http://localhost:5173}
  [[ -d $www ]] || www=$ROOT/nginx/www
  if [[ ${TICKETD_RATE_LIMIT:-on} == off || ${TICKETD_COARSE_LIMIT:-on} == off ]]; then rate=off; fi
  if ((EUID == 0)); then user="user root;"; fi
  read -r -a list <<<"${wanted//,/ }" || true
  for origin in "${list[@]}"; do
    if [[ $origin == '*' ]]; then
      origins='default "*";' vary=""
      break
    fi
    [[ $origin =~ ^https?://[A-Za-z0-9.:-]+$|^https?://\[[0-9A-Fa-f:]+\](:[0-9]+)?$ ]] ||
      die "TICKETD_CORS_ORIGINS: '$origin' is not an origin such as https://app.example"
    origins+=$'\n'"    \"$origin\" \$http_origin;" vary=Origin
  done
  if [[ ${TICKETD_PROXY_NETWORK:-} ]]; then
    [[ $TICKETD_PROXY_NETWORK =~ ^[0-9A-Fa-f:./]+$ ]] || die "TICKETD_PROXY_NETWORK: '$TICKETD_PROXY_NETWORK' is no network such as 192.0.2.0/24"
    proxy="set_real_ip_from $TICKETD_PROXY_NETWORK; real_ip_header X-Forwarded-For;"
  fi
  mkdir -p "$RUN_DIR/nginx"
  (umask 077 && echo "\"\" \"$EDGE_KEY\";" >"$RUN_DIR/conf/edge-key.conf")
  fill "$ROOT/nginx/settings.conf.in" "$RUN_DIR/conf/settings.conf" RATE_LIMIT="$rate" CORS_ORIGINS="$origins" CORS_VARY="$vary"
  "$ROOT/nginx/paths" "$SOCKET_DIR" "$www" "$RUN_DIR/conf/edge-key.conf" "$RUN_DIR/nginx/cache" >"$RUN_DIR/conf/paths.conf"
  fill "$ROOT/nginx/local.conf.in" "$RUN_DIR/nginx.conf" RUN_DIR="$RUN_DIR" NGINX_DIR="$ROOT/nginx" \
    PORT="$PORT" USER="$user" PROXY="$proxy" NOFILE="$NOFILE" CONNECTIONS=$((NOFILE / 2 < 8192 ? NOFILE / 2 : 8192))
}

write_redis_conf() {
  local name common="bind 127.0.0.1
daemonize no
save \"\"
tcp-backlog 4096
maxclients $((NOFILE > 20000 ? 10000 : NOFILE / 2))"
  mkdir -p "$RUN_DIR/redis-queue" "$RUN_DIR/redis-cache"
  for name in queue cache; do
    fill "$ROOT/systemd/redis/redis-$name.acl.in" "$RUN_DIR/conf/redis-$name.acl" ADMIN_HASH="$(sha256 "$ADMIN_PASSWORD")" \
      API_HASH="$(sha256 "$API_PASSWORD")" WORKER_HASH="$(sha256 "$WORKER_PASSWORD")"
  done
  # It keeps nothing, and would lose the functions that are called there: so this is what it starts with.
  "$BIN_DIR/ticketctl" functions rdb >"$RUN_DIR/redis-cache/functions.rdb" || die "ticketctl functions rdb failed"
  # A command is on disk before its 202 leaves, and is never evicted to make room.
  cat >"$RUN_DIR/conf/redis-queue.conf" <<END
$common
port $QUEUE_PORT
unixsocket "$SOCKET_DIR/redis-queue"
unixsocketperm 600
dir "$RUN_DIR/redis-queue"
aclfile "$RUN_DIR/conf/redis-queue.acl"
appendonly yes
appendfsync always
maxmemory 512mb
maxmemory-policy noeviction
END
  cat >"$RUN_DIR/conf/redis-cache.conf" <<END
$common
port $CACHE_PORT
unixsocket "$SOCKET_DIR/redis-cache"
unixsocketperm 600
dir "$RUN_DIR/redis-cache"
dbfilename functions.rdb
aclfile "$RUN_DIR/conf/redis-cache.acl"
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
END
}

sha256() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

# as URL USER PASSWORD: the same address for somebody else.
as() { echo "${1%%//*}//$2:$3@${1#*//*@}"; }

# The one file that every process reads; a shell can source it as well. Its addresses are ticketctl's; those of the
# handlers and of the workers, who may do less, are in conf/api.env and conf/worker.env. What the caller's environment
# says wins over the stack's own defaults.
write_env() {
  local -A defaults=(
    [DATABASE_URL]="postgresql://ticketd:$ADMIN_PASSWORD@127.0.0.1:$PG_PORT/ticketd"
    [ADMIN_DATABASE_URL]="postgresql://postgres:$PG_PASSWORD@127.0.0.1:$PG_PORT/ticketd"
    [QUEUE_REDIS_URL]="redis://admin:$ADMIN_PASSWORD@127.0.0.1:$QUEUE_PORT/0"
    [CACHE_REDIS_URL]="redis://admin:$ADMIN_PASSWORD@127.0.0.1:$CACHE_PORT/0"
    [TICKETD_JWT_KEYS]=$JWT_KEYS
    [TICKETD_SESSION_KEYS]=$SESSION_KEYS
    [TICKETD_EDGE_KEY]=$EDGE_KEY
    [TICKETD_METRICS_FILE]=$RUN_DIR/metrics
    [TICKETD_ARGON2_FILE]=$RUN_DIR/argon2
    [TICKETD_MIGRATIONS_DIR]=$ROOT/migrations
    [TICKETD_MAIL_SHIPPED_TEMPLATES]=$ROOT/worker/messenger/templates
    [TICKETD_MAIL_FROM]=tickets@example.org
    [TICKETD_MAIL_NAME]=ticketd
    # Of those that are not public, this host: for who tries it with a receiver here.
    [TICKETD_WEBHOOK_NETWORKS]="127.0.0.0/8 ::1/128"
    # runsv would start again at once what ended for want of work.
    [TICKETD_IDLE_EXIT_S]=0
  )
  local name value
  # By Unix sockets, as a host has it that the package was set up on.
  if [[ ${STORES:-tcp} == sockets ]]; then
    defaults[DATABASE_URL]="postgresql://ticketd:$ADMIN_PASSWORD@/ticketd?host=$SOCKET_DIR&port=$PG_PORT"
    defaults[QUEUE_REDIS_URL]="unix://admin:$ADMIN_PASSWORD@$SOCKET_DIR/redis-queue"
    defaults[CACHE_REDIS_URL]="unix://admin:$ADMIN_PASSWORD@$SOCKET_DIR/redis-cache"
  fi
  rm -rf "$RUN_DIR"/metrics{,-api,-worker,-messenger,-webhooks} "$RUN_DIR/argon2"
  if [[ $CATCH_MAIL ]]; then defaults[TICKETD_MAIL_URL]=smtp://127.0.0.1:$MAIL_PORT; fi
  # Sanitizers, preloaded clocks and fault injectors are the tests'; they reach only ticketd's processes.
  while read -r name; do
    case $name in
      TICKETD_* | *SAN_OPTIONS | LIBFCGI_* | LD_PRELOAD | FAKETIME* | GCOV_* | LLVM_PROFILE_FILE) defaults[$name]=${!name} ;;
      DATABASE_URL | ADMIN_DATABASE_URL | QUEUE_REDIS_URL | CACHE_REDIS_URL)
        if [[ ${!name} ]]; then
          defaults[$name]=${!name}
          say "note: $name is taken from your environment"
        fi
        ;;
    esac
  done < <(compgen -e)
  defaults[BASE_URL]=$BASE_URL
  : "${defaults[TICKETD_PUBLIC_URL]:=$BASE_URL}"
  (
    umask 077
    for name in "${!defaults[@]}"; do
      value=${defaults[$name]}
      if [[ $value == *[!A-Za-z0-9._/:@%+=,-]* ]]; then value=\'${value//\'/\'\\\'\'}\'; fi
      printf '%s=%s\n' "$name" "$value"
    done | LC_ALL=C sort >"$RUN_DIR/env.new"
  )
  mv "$RUN_DIR/env.new" "$RUN_DIR/env"
  write_part_env api "$API_PASSWORD" "${defaults[DATABASE_URL]}" "${defaults[QUEUE_REDIS_URL]}" "${defaults[CACHE_REDIS_URL]}"
  write_part_env worker "$WORKER_PASSWORD" "${defaults[DATABASE_URL]}" "${defaults[QUEUE_REDIS_URL]}"
  write_part_env messenger "$MESSENGER_PASSWORD" "${defaults[DATABASE_URL]}"
  write_part_env webhooks "$WEBHOOKS_PASSWORD" "${defaults[DATABASE_URL]}"
}

# write_part_env PART PASSWORD DATABASE_URL [QUEUE_REDIS_URL [CACHE_REDIS_URL]]
write_part_env() {
  (
    umask 077
    printf '%s=%s\n' DATABASE_URL "$(as "$3" "ticketd_$1" "$2")" QUEUE_REDIS_URL "${4:+$(as "$4" "$1" "$2")}" \
      CACHE_REDIS_URL "${5:+$(as "$5" "$1" "$2")}" >"$RUN_DIR/conf/$1.env"
  )
}

# What the run scripts need to know and ticketd's own processes don't.
write_stack_conf() {
  {
    printf 'BIN_DIR=%q\nNOFILE=%q\nMAIL_PORT=%q\n' "$BIN_DIR" "$NOFILE" "$MAIL_PORT"
    printf 'PG_BIN=%q\nPG_HOME=%q\nPG_DATA=%q\n' "$PG_BIN" "$PG_HOME" "$PG_DATA"
    printf 'PG_AS=('
    if ((${#PG_AS[@]})); then printf '%q ' "${PG_AS[@]}"; fi
    printf ')\n'
  } >"$RUN_DIR/conf/stack"
}
