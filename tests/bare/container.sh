# A bare Debian, and a container that runs on it without an init system. Sourced by run.
# shellcheck shell=bash

ROOT_DIR=$WORK/root   # its file system
NSPAWN="" LEADER=""   # what ends when the container does, and the container's process 1
CHROOT=""

# It shares the host's network, to get packages. It dies with this script, even if that is killed: nspawn alone would leave
# the container's processes behind.
start_container() {
  local says up=""
  exec {says}< <(
    exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
      systemd-nspawn -q -D "$ROOT_DIR" --machine="$MACHINE" --register=no --keep-unit --as-pid2 --pipe \
      --resolv-conf=copy-host sh -c 'echo up; exec sleep infinity' 2>"$WORK/nspawn.log"
  )
  NSPAWN=$!
  read -r -t 60 up <&"$says"
  LEADER=$(pgrep -P "$NSPAWN") && LEADER=$(pgrep -P "$LEADER" | head -n 1)
  [[ $up == up && $LEADER ]] ||
    cannot "no container can be started: $(<"$WORK/nspawn.log")"
}

# inside COMMAND...: as root, at /; in a chroot if there is one.
inside() {
  nsenter -t "$LEADER" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root ${CHROOT:+chroot "$CHROOT"} "$@"
}

# From now on all is done in a chroot, where the kernel refuses user namespaces.
forbid_namespaces() {
  inside mount --rbind / /mnt || return 1
  CHROOT=/mnt
  ! inside unshare --user true
}

# inside_as USER DIRECTORY COMMAND...: as the user finds it after a login; a number is a user without a name.
inside_as() {
  local user=$1 directory=$2 path=/usr/local/bin:/usr/bin:/bin home=/home/$1 groups=--init-groups
  shift 2
  if [[ $user == root ]]; then path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin home=/root; fi
  if [[ $user =~ ^[0-9]+$ ]]; then home=/ groups=--clear-groups; fi
  inside setpriv --reuid="$user" --regid="$user" "$groups" \
    env -i -C "$directory" PATH="$path" HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/bash TERM=xterm "$@"
}

# Prints what runs in there besides the container's own two processes and this.
still_running() {
  # shellcheck disable=SC2016 # the shell in there expands it
  inside sh -c 'cd /proc && for pid in [0-9]*; do
      case $pid in 1 | 2 | $$) continue ;; esac
      command=$(tr "\0" " " <$pid/cmdline) 2>/dev/null
      [ -z "$command" ] || echo "$pid $command"
    done'
}

stop_container() {
  [[ $NSPAWN ]] || return 0
  # With the first process of a container all others die, and nspawn ends.
  kill -KILL "${LEADER:-$NSPAWN}" 2>/dev/null
  wait "$NSPAWN" 2>/dev/null
  NSPAWN="" LEADER="" CHROOT=""
}
