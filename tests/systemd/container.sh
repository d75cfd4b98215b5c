# A Debian of its own that boots systemd, without the host's systemd, network or ports. Sourced by run.
# shellcheck shell=bash

ROOT_DIR=$WORK/root     # its file system
CONSOLE=$WORK/console.log
NSPAWN="" LEADER=""

# What a host has before ticketd comes: PostgreSQL and nginx, as somebody would have installed them.
HOST_PACKAGES=(postgresql nginx curl)

# What is downloaded, but not installed: what the package depends on, an ACME client and server, a mail server, and PostgreSQL once more,
# to be upgraded. So later runs need no network.
LATER_PACKAGES=(certbot pebble postfix)
INSTEAD_PACKAGES=()   # of those that it depends on: apt would download these alone
[[ $SUITE == bookworm ]] || INSTEAD_PACKAGES=(valkey-server)

# Makes $BASE, the tarball of a Debian with all that.
make_base() {
  local tree=$WORK/base
  keep_debian "$SUITE" "$WORK/debootstrap.log" || return 1
  unpack_debian "$tree"
  cp "$PACKAGE" "$tree/root/ticketd.deb"
  systemd-nspawn -q -D "$tree" --register=no --keep-unit --pipe --as-pid2 --resolv-conf=copy-host \
    env DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 sh -ec "
      apt-get -q update
      apt-get install -y -q --no-install-recommends systemd systemd-sysv dbus ca-certificates ${HOST_PACKAGES[*]}
      apt-get clean
      apt-get install -y -q --download-only /root/ticketd.deb ${LATER_PACKAGES[*]}
      apt-get install -y -q --download-only curl ${INSTEAD_PACKAGES[*]}
      apt-get install -y -q --reinstall --download-only postgresql-\$(ls /usr/lib/postgresql)
      rm /root/ticketd.deb" </dev/null || return 1
  tar -C "$tree" -cf "$BASE.new" . && mv "$BASE.new" "$BASE"
  rm -rf "$tree"
}

# Boots it; again, as often as it reboots itself (nspawn ends with 133 then).
boot() {
  local status
  while :; do
    status=0
    systemd-nspawn -q -D "$ROOT_DIR" --machine="$MACHINE" --boot --register=no --keep-unit --private-network \
      --console=pipe </dev/null >>"$CONSOLE" 2>&1 || status=$?
    ((status == 133)) || exit "$status"
  done
}

# The process that is systemd in there. Empty while there is none.
find_leader() {
  local nspawn
  nspawn=$(pgrep -P "$NSPAWN" -x systemd-nspawn | head -n 1) || true
  LEADER=${nspawn:+$(pgrep -P "$nspawn" | head -n 1)}
}

# wait_booted BEFORE: waits until it has booted, and not as the process BEFORE.
wait_booted() {
  local end=$((SECONDS + 120)) before=$1
  until find_leader && [[ $LEADER && $LEADER != "$before" ]] && inside systemctl is-system-running --wait >/dev/null 2>&1; do
    kill -0 "$NSPAWN" 2>/dev/null && ((SECONDS < end)) || { tail -n 20 "$CONSOLE" >&2 && return 1; }
    sleep 0.2
  done
}

start_container() {
  mkdir -p "$ROOT_DIR"
  tar -C "$ROOT_DIR" -xf "$BASE"
  # Nobody is there to say yes.
  echo 'APT::Get::Assume-Yes "true";' >"$ROOT_DIR/etc/apt/apt.conf.d/90yes"
  boot &
  NSPAWN=$!
  wait_booted none
}

ENVIRONMENT=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive)

# Runs a command as root in there; `inside` without standard input.
enter() { nsenter -t "$LEADER" -m -u -i -n -p -w -- env -i "${ENVIRONMENT[@]}" "$@"; }
inside() { enter "$@" </dev/null; }

# The first block of the documents that is marked `sh host NAME`.
block() {
  awk -v fence="\`\`\`" -v mark="sh host $1" '{ text = $0; sub(/^ +/, "", text) }
    on && text == fence { exit }
    on { print }
    text == fence mark { on = 1 }' README.md systemd/README.md systemd/docs/*.md
}

# documented NAME [FROM TO]...: pastes that block into a shell in there, as an operator would, with each FROM replaced. It
# fails if a line of it does. tests/docs/documents.js looks that every block is pasted somewhere.
documented() {
  local name=$1 text said status=0 end="--- pasted to the end"
  text=$(block "$name")
  [[ $text ]] || { echo "no document has a block \`sh host $name\`" && return 1; }
  shift
  while (($#)); do
    [[ $text == *"$1"* ]] || { echo "the block $name does not say $1" && return 1; }
    text=${text//"$1"/"$2"}
    shift 2
  done
  # What a command takes from its standard input is the next line, and not carried out: hence the line at the end.
  said=$(printf '%s\n' cd "$text" "echo '$end'" |
    enter bash -e 2>&1) || status=$?
  echo "${said%"$end"}" | sed '/^$/d'
  [[ $status == 0 && $said == *"$end" ]]
}

stop_container() {
  local nspawn
  [[ $NSPAWN ]] || return 0
  nspawn=$(pgrep -P "$NSPAWN" -x systemd-nspawn) || true
  disown "$NSPAWN"
  kill -KILL "$NSPAWN" 2>/dev/null || true
  # SIGTERM makes nspawn tell its systemd to power off; what it holds open is worth nothing here.
  [[ ! $nspawn ]] || kill -KILL $(pgrep -P "$nspawn") "$nspawn" 2>/dev/null || true
  while [[ $nspawn && -e /proc/$nspawn/exe ]]; do sleep 0.1; done
  NSPAWN=""
}

# A Debian that nothing was done to yet.
new_host() {
  stop_container
  rm -rf "$ROOT_DIR"
  start_container || cannot "systemd does not boot in a container, see $CONSOLE"
  cp "$PACKAGE" "$ROOT_DIR/root/"
}
