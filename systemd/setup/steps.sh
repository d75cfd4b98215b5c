# Part of setup: what its steps are made of. Each makes something or finds it as it should be, and says which. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034  # setup looks at what changed

changed=""   # once anything was made

made() { echo "+ $*" && changed=1; }
kept() { echo "= $*"; }
die() {
  echo "ticketctl setup: $1" >&2
  shift
  printf '  %s\n' "$@" >&2
  exit 1
}

# Until a check accepts them, files are on trial: if setup ends with a failure, each is as it was before.
TRIAL=$(mktemp -d)
trap '(($? == 0)) || take_back; rm -rf "$TRIAL"' EXIT

# on_trial FILE: to be called before it is changed. A pipe's end may call it, too: what it notes is in a file.
on_trial() {
  local copy=-
  if [[ -e $1 || -L $1 ]]; then
    copy=$(mktemp "$TRIAL/XXXXXX")
    cp -a --remove-destination "$1" "$copy"
  fi
  printf '%s\t%s\n' "$copy" "$1" >>"$TRIAL/list"
}

accepted() { rm -rf "${TRIAL:?}"/*; }

take_back() {
  local copy file nginx="" units=""
  [[ -s $TRIAL/list ]] || return 0
  while IFS=$'\t' read -r copy file; do
    if [[ $copy == - ]]; then rm -f "$file"; else cp -a --remove-destination "$copy" "$file"; fi
    echo "- $file is as it was before"
    if [[ $file == */nginx/* ]]; then nginx=1; fi
    if [[ $file == */systemd/* ]]; then units=1; fi
  done < <(tac "$TRIAL/list")
  if [[ $units ]]; then systemctl daemon-reload || true; fi
  if [[ $nginx ]] && nginx -t -q 2>/dev/null; then systemctl try-reload-or-restart nginx.service || true; fi
}

# Puts standard input into the file $1, of mode $2 and group $3; true if that changed it.
put() {
  local file=$1 mode=$2 group=$3 new
  new=$(mktemp "$file.XXXXXX")
  cat >"$new"
  [[ -s $new ]] || { rm "$new" && die "$file could not be made"; }
  chmod "$mode" "$new" && chgrp "$group" "$new"
  if [[ -e $file ]] && cmp -s "$new" "$file" && [[ $(stat -c '%a %U %G' "$file") == "${mode#0} root $group" ]]; then
    rm "$new"
    return 1
  fi
  on_trial "$file"
  mv -f "$new" "$file"
}
