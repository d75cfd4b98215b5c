# Part of setup: nginx's site, and a request through it. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2154  # server_name and port are options

SITE=/etc/nginx/sites-available/ticketd

enable_site() {
  local link=/etc/nginx/sites-enabled/ticketd
  if [[ ! -e $SITE ]]; then
    sed -e "s/@SERVER_NAME@/${server_name:-_}/" -e "s/@PORT@/${port:-$([[ $server_name ]] && echo 80 || echo 8080)}/" \
      "$SHARE/nginx/site.conf.in" | put "$SITE" 644 root
    made "$SITE"
  else
    [[ ! $server_name$port ]] || echo "  note: $SITE is yours to edit; --server-name and --port count when it is made"
    kept "$SITE"
  fi
  if [[ ! -e $ETC/nginx-settings.conf ]]; then
    # shellcheck disable=SC2016  # the backquotes are text
    sed -e 's|@RATE_LIMIT@|on|' -e 's|@CORS_ORIGINS@|default "";|' -e 's|@CORS_VARY@||' \
      -e '/^# What whoever/,/^$/c# Set by `ticketctl setup`, yours to edit; then: nginx -t \&\& systemctl reload nginx' \
      "$SHARE/nginx/settings.conf.in" | put "$ETC/nginx-settings.conf" 644 root
    made "$ETC/nginx-settings.conf"
  else
    kept "$ETC/nginx-settings.conf"
  fi
  if [[ ! -e $link ]]; then
    ln -sfn "$SITE" "$link"
    made "$link"
  fi
  local answer
  answer=$(nginx -t 2>&1) || die "nginx does not take its configuration" "$answer"
  systemctl reload-or-restart nginx.service || die "nginx does not start" "journalctl -u nginx.service -n 20"
}

# One request the way the clients go.
check() {
  local listen site_port name answer scheme=http end=$((SECONDS + 30))
  listen=$(sed -nE 's/^ *listen +([0-9]+.*);.*/\1/p' "$SITE" | head -n 1)   # 8080, or 443 ssl http2
  site_port=${listen%% *}
  [[ $listen != *" ssl"* ]] || scheme=https
  name=$(sed -nE 's/^ *server_name +([^; ]+).*/\1/p' "$SITE" | head -n 1)
  [[ $name != _ ]] || name=localhost
  local url=$scheme://$name:$site_port
  # -k: whoever signed the certificate, it is this host that answers
  until answer=$(curl -sSk --max-time 5 --noproxy '*' --connect-to "::127.0.0.1:$site_port" "$url/readyz" 2>&1) && [[ $answer == *'"ready"'* ]]; do
    ((SECONDS < end)) || die "no good answer from $url/readyz: $answer" \
      "journalctl -u nginx.service -u 'ticketd*' -n 30; who has the port: ss -ltnp 'sport = :$site_port'"
    sleep 0.2
  done
  kept "$url/readyz says: ready"
  echo
  echo "ticketd is up: $url"
  echo "  its site           $SITE (name, port, TLS)"
  echo "  its settings       $ETC/ticketd.env, nginx-settings.conf, credentials/"
  echo "  how it is          ticketctl status, ticketctl doctor, journalctl -u 'ticketd*'"
}
