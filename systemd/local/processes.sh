# Part of stack: the processes of a run directory; how they are found, watched and ended. Sourced.
# shellcheck shell=bash

# Prints "PID PROGRAM NAME" for each living process of this run directory, whoever started it. They are
# known by where they stand and what they run, so that neither a lost pid file, nor a killed supervisor,
# nor a removed run directory hides one, and a shell that stands there is left alone.
stack_processes() {
  find /proc -maxdepth 2 \( -name cwd -o -name exe \) -printf '%P\t%l\n' 2>/dev/null |
    RUN_DIR=$RUN_DIR ROOT=$ROOT PG_HOME=$(readlink -f "$RUN_DIR/postgres" || true) awk -F'\t' '
      function under(path, dir) { return dir != "" && (path == dir || index(path, dir "/") == 1) }
      { sub(/ \(deleted\)$/, "", $2); split($1, at, "/"); link[at[1], at[2]] = $2; pids[at[1]] }
      END {
        run = ENVIRON["RUN_DIR"]
        known = " runsvdir runsv postgres redis-server redis-check-rdb nginx "
        for (pid in pids) {
          cwd = link[pid, "cwd"]; exe = link[pid, "exe"]
          program = exe; sub(/.*\//, "", program)
          if (program == "" || !index(known, " " program " ") && program !~ /^python3/ && !under(exe, ENVIRON["ROOT"])) continue
          if (under(cwd, run "/service")) { name = substr(cwd, length(run "/service/") + 1); sub(/\/.*/, "", name) }
          else if (under(cwd, ENVIRON["PG_HOME"]) || under(cwd, run "/postgres")) name = "postgres"
          else if (under(cwd, run "/redis-queue")) name = "redis-queue"
          else if (under(cwd, run "/redis-cache")) name = "redis-cache"
          else continue
          print pid, program, (name == "" ? "supervisor" : name)
        }
      }' || true
}

# stack_pids 'NAME-PATTERN' ['PROGRAM-PATTERN']: the pids of those that match both shell patterns.
stack_pids() {
  local pid program name
  stack_processes | while read -r pid program name; do
    # shellcheck disable=SC2053 # patterns, on purpose
    if [[ $name == $1 && $program == ${2:-*} ]]; then echo "$pid"; fi
  done
}

send() {
  local signal=$1
  shift
  # shellcheck disable=SC2086,SC2048 # one word for each pid
  if [[ $* ]]; then kill -"$signal" $* 2>/dev/null || true; fi
}

# gone 'NAME-PATTERN' SECONDS: waits until none is left; fails if the time is over before.
gone() {
  local tries
  for ((tries = $2 * 20; tries > 0; tries--)); do
    [[ $(stack_pids "$1") ]] || return 0
    sleep 0.05
  done
  return 1
}

# The pids of those whose runsv is gone, so that nobody passes a signal on to them. PostgreSQL's are in a
# list of their own, because TERM would make it wait for its clients.
orphans() {
  stack_processes | awk -v postgres="$1" '
    $2 == "runsv" { kept[$3] }
    { name[$1] = $3 }
    END { for (pid in name) if (!(name[pid] in kept) && (name[pid] == "postgres") == postgres) print pid }'
}

# end 'NAME-PATTERN' SECONDS: ends these services in order, and by force after the time.
end() {
  send TERM "$(stack_pids "$1" runsv)"
  if gone "$1" "$2"; then return; fi
  say "not gone after $2 s, so killed: pids $(stack_pids "$1" | tr '\n' ' ')"
  send KILL "$(stack_pids "$1")"
  gone "$1" 5 || true
}

# Ends the stack: first those who take requests, last those who hold the data. Returns when all are gone.
stop_stack() {
  # The supervisor goes first, it would start the others again. It leaves its children alone at TERM.
  send TERM "$(stack_pids supervisor)"
  gone supervisor 2 || send KILL "$(stack_pids supervisor)"
  send TERM "$(orphans 0)"
  send INT "$(orphans 1)"
  end nginx 5
  end '!(postgres|redis-*)' "${STOP_WITHIN_S:-15}"
  end '*' 20
  # A run script may have been about to become its process just now.
  sleep 0.05
  if [[ $(stack_pids '*') ]]; then send KILL "$(stack_pids '*')"; fi
  gone '*' 5
}

# shellcheck disable=SC2016 # the generated scripts expand their own variables
# service NAME: makes the service directory of a process; it does not start yet.
service() {
  local dir=$RUN_DIR/service/$1
  mkdir -p "$dir/control"
  : >"$dir/down"
  printf '#!/bin/bash\nexec %q %q %q\n' "$HERE/process" "$1" "$RUN_DIR" >"$dir/run"
  printf '#!/bin/sh\necho "$1" >>died\n' >"$dir/finish"
  chmod +x "$dir/run" "$dir/finish"
  if [[ $1 == postgres ]]; then
    # TERM would make PostgreSQL wait for its clients; INT is its fast shutdown.
    printf '#!/bin/sh\nkill -INT "$(cat supervise/pid)"\n' >"$dir/control/t"
    chmod +x "$dir/control/t"
  fi
  ln -sfn "../service/$1/supervise/pid" "$RUN_DIR/pids/$1"
}

# up NAME...: starts services. The down file goes, so that a restarted runsv starts its process again.
up() {
  local name
  for name in "$@"; do
    # Its runsv may be a moment away from listening.
    until_true 10 "$name" sv up "$RUN_DIR/service/$name"
    rm -f "$RUN_DIR/service/$name/down"
  done
}

# Fails the start if NAME has died twice since: once may be bad luck, and exit code 78 never is.
must_live() {
  local died=$RUN_DIR/service/$1/died codes=()
  [[ -s $died ]] || return 0
  mapfile -t codes <"$died"
  if ((${#codes[@]} >= 2)) || [[ ${codes[0]} == 78 ]]; then
    process_failed "$1" "$1 ended right after its start ($(ending "${codes[-1]}"))"
  fi
}

# runsv's finish gets the exit code, or -1 where a signal ended the process.
ending() {
  case $1 in
    -1) echo "killed by a signal" ;;
    78) echo "exit code 78: bad configuration" ;;
    *) echo "exit code $1" ;;
  esac
}

process_failed() {
  local name=$1 log=$RUN_DIR/log/$1.log
  say "$2"
  if [[ -s $log ]]; then
    say "the end of $log:"
    tail -c "+$((${LOG_START[$name]:-0} + 1))" "$log" | tail -n 15 | sed 's/^/    /' >&2 || true
  fi
  exit 1
}

# until_true SECONDS NAME COMMAND...: polls until COMMAND succeeds; fails the start if NAME or the
# supervisor dies meanwhile or the time is over.
until_true() {
  local seconds=$1 name=$2 end=$((SECONDS + $1))
  shift 2
  while ((SECONDS <= end)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    must_live "$name"
    kill -0 "$SUPERVISOR" 2>/dev/null || process_failed supervisor "the supervisor ended during the start"
    sleep 0.05
  done
  process_failed "$name" "$name was not ready after $seconds s"
}
