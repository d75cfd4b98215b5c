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
  mv -f "$new" "$file"
}
