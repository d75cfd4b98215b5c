# What a newcomer does. Sourced by run.
# shellcheck shell=bash

# copy_checkout USER DIRECTORY: what git has or would have of this checkout, as if the user had cloned it.
copy_checkout() {
  inside mkdir -p "$2"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [[ ! -e $file ]] || printf '%s\0' "$file"
  done | tar --null -T - -cf - | inside tar -C "$2" --no-same-owner -xf -
  inside chown -R "$1:$1" "$2"
}

KEYBOARD="" SCREEN="" TERMINAL=""   # the descriptors of a terminal inside, and the process that holds it

# comes_up USER DIRECTORY COMMAND...: starts it at a terminal of its own and reads what it says until it is up. Ten minutes
# of silence are too long.
comes_up() {
  local user=$1 directory=$2 line
  shift 2
  : >"$WORK/make.log"
  exec {SCREEN}< <(inside_as "$user" "$directory" script -qec "$*" /dev/null <"$WORK/keyboard" 2>&1)
  TERMINAL=$!
  while IFS= read -r -t 600 line <&"$SCREEN"; do
    line=${line%$'\r'}
    printf '%s\n' "$line" | tee -a "$WORK/make.log"
    [[ $line != *"Ctrl-C stops everything"* ]] || return 0
  done
  echo "it ended, or said nothing for ten minutes"
  return 1
}

# Types Ctrl-C at that terminal, and waits for the end.
ctrl_c() {
  printf '\003' >&"$KEYBOARD"
  timeout 60 tee -a "$WORK/make.log" <&"$SCREEN" || { echo "still there after a minute" && return 1; }
  exec {SCREEN}<&-
  wait "$TERMINAL"
  grep 'stack: stopping' "$WORK/make.log" || return 1
  nothing_left
}

# No process, no temporary file, and nothing of what keeps services quiet while packages are installed.
nothing_left() {
  local left files='/tmp/* /usr/sbin/policy-rc.d* /etc/postgresql-common/createcluster.d/* /etc/postgresql/*/*'
  left=$(still_running) || return 1
  [[ ! $left ]] || { printf 'still running:\n%s\n' "$left" && return 1; }
  left=$(inside sh -c "ls -d $files 2>/dev/null; true") || return 1
  [[ ! $left ]] || { printf 'left behind:\n%s\n' "$left" && return 1; }
}

# first_booking USER DIRECTORY
first_booking() { inside_as "$1" "$2" tests/docs/readme "$URL"; }

# newcomer WHO USER DIRECTORY: from `make run` to Ctrl-C.
newcomer() {
  local who=$1 user=$2 directory=$3
  check "$who: make run comes up" comes_up "$user" "$directory" make run PORT="$TEST_PORT" || return
  check "$who: the README's first booking" first_booking "$user" "$directory"
  check "$who: Ctrl-C stops it and leaves nothing running" ctrl_c
}

# all_tests USER DIRECTORY: npm gets at its registry as this host does.
all_tests() {
  tar -C /usr/local/share -cf - ca-certificates | inside tar -C /usr/local/share -xf - && inside update-ca-certificates
  inside_as "$1" "$2" env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt ${https_proxy:+https_proxy="$https_proxy"} \
    make test TEST_PORT="$TEST_PORT" </dev/null >"$WORK/make-test-$1.log" 2>&1
  tail -n 30 "$WORK/make-test-$1.log"
  tail -n 1 "$WORK/make-test-$1.log" | grep -qE '^[0-9]+ passed, 0 failed$'
}

as_root() {
  unpack_debian "$ROOT_DIR"
  start_container
  copy_checkout root /root/ticketd
  newcomer "root" root /root/ticketd || return
  newcomer "root, again" root /root/ticketd
  # As in a container that was started as a user of its own.
  inside cp -a /root/ticketd /srv/ticketd
  inside rm -rf /srv/ticketd/build/run
  inside chown -R 4321:4321 /srv/ticketd
  newcomer "a user without a name" 4321 /srv/ticketd
  if [[ ${BARE_TESTS:-} ]]; then check "root: make test" all_tests root /root/ticketd; fi
  # As in many containers.
  check "user namespaces are forbidden" forbid_namespaces || return
  inside rm -rf /root/ticketd/build/run
  newcomer "root without user namespaces" root /root/ticketd
}

as_ann() {
  unpack_debian "$ROOT_DIR"
  start_container
  check "sudo for ann" give_ann_sudo || return
  copy_checkout ann /home/ann/ticketd
  newcomer "ann" ann /home/ann/ticketd || return
  if [[ ${BARE_TESTS:-} ]]; then check "ann: make test" all_tests ann /home/ann/ticketd; fi
}

# And the package lists are as empty as before.
give_ann_sudo() {
  inside useradd --create-home --shell /bin/bash ann &&
    inside apt-get update -q && inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends sudo &&
    inside sh -c 'rm -rf /var/lib/apt/lists/*; echo "ann ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/ann'
}
