# Part of setup: how each part of ticketd gets into both Redis, and what it may do there. Sourced.
# shellcheck shell=bash

# Both Redis know a part by the same password.
write_redis_urls() {
  local part name file password
  for part in admin api worker; do
    password=$(password_in "$CREDENTIALS/$part/QUEUE_REDIS_URL")
    password=${password:-$(random_password)}
    for name in QUEUE CACHE; do
      if [[ $part$name == workerCACHE ]]; then continue; fi   # it has no use for it
      file=$CREDENTIALS/$part/${name}_REDIS_URL
      if [[ -s $file ]]; then
        kept "$file"
      else
        echo "unix://$part:$password@/run/ticketd-redis-${name,,}/redis.sock" | put "$file" 0600 root
        made "$file"
      fi
    done
  done
}

# hash_of PART NAME: of its password, as Redis is told it.
hash_of() { sha256 "$(decoded "$(password_in "$CREDENTIALS/$1/$2_REDIS_URL")")"; }

# acl_of NAME: the users of that Redis, as this version needs them.
acl_of() {
  sed -e "s/@ADMIN_HASH@/$(hash_of admin "${1^^}")/" -e "s/@API_HASH@/$(hash_of api "${1^^}")/" \
    -e "s/@WORKER_HASH@/$(hash_of worker QUEUE)/" "$SHARE/redis-$1.acl.in"
}

# is_ours NAME: is it one of the units', and not another host's?
is_ours() { [[ $(<"$CREDENTIALS/admin/${1^^}_REDIS_URL") == unix://* ]]; }

# Of Redis or Valkey: either can talk to either.
redis_cli() { "$(command -v redis-cli || command -v valkey-cli)" "$@"; }

# tell_users NAME widen|settle: lets the running Redis have the users of this version; the file is for its next start.
# `widen` takes nothing away. True if nothing is left to tell.
tell_users() {
  local url user rules rule socket
  systemctl is-active --quiet "ticketd-redis-$1.service" || return 0
  url=$(<"$CREDENTIALS/admin/${1^^}_REDIS_URL")
  socket=${url#*@} socket=${socket%%\?*}
  while read -r -a rules; do
    user=${rules[1]} rules=("${rules[@]:2}")
    if [[ $2 == widen ]]; then
      for rule in "${!rules[@]}"; do
        if [[ ${rules[rule]} == -@all || ${rules[rule]} == reset* ]]; then unset "rules[$rule]"; fi
      done
    else
      rules=(reset "${rules[@]}")
    fi
    [[ $(REDISCLI_AUTH=$(decoded "$(password_in "$CREDENTIALS/admin/${1^^}_REDIS_URL")") \
      redis_cli -s "$socket" --user admin --no-auth-warning ACL SETUSER "$user" "${rules[@]}" 2>&1) == OK ]] || return 1
  done < <(acl_of "$1")
}

write_redis_users() {
  local name
  for name in queue cache; do
    if acl_of "$name" | put "$ETC/redis-$name.acl" 600 root; then
      made "$ETC/redis-$name.acl: who may do what"
      # It cannot be told by somebody whose password is new.
      tell_users "$name" settle || systemctl try-restart "ticketd-redis-$name.service"
    else
      kept "$ETC/redis-$name.acl"
    fi
  done
}

# What endpoints and workers call there. A Redis of the units has them when it starts; this is for one that ran before, and
# for one elsewhere.
load_functions() {
  local said
  said=$(ticketctl functions load 2>&1) || die "the functions of this version are not in both Redis: $said" "systemctl status 'ticketd-redis-*'"
  kept "both Redis have the functions of this version"
}
