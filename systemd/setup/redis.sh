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

write_redis_users() {
  local name
  for name in queue cache; do
    if sed -e "s/@ADMIN_HASH@/$(hash_of admin "${name^^}")/" -e "s/@API_HASH@/$(hash_of api "${name^^}")/" \
      -e "s/@WORKER_HASH@/$(hash_of worker QUEUE)/" "$SHARE/redis-$name.acl.in" | put "$ETC/redis-$name.acl" 600 root; then
      made "$ETC/redis-$name.acl: who may do what"
      systemctl try-restart "ticketd-redis-$name.service"
    else
      kept "$ETC/redis-$name.acl"
    fi
  done
}
