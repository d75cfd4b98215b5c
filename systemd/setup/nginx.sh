# Part of setup: nginx's site, and a request through it. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2154  # server_name and port are options

NGINX=/etc/nginx
SITE=$NGINX/sites-available/ticketd

# Who listens on 127.0.0.1:8080, if it is not nginx: the rest of a line of ss.
other_on_8080() { ss -Hltnp 'sport = :8080' 2>/dev/null | grep -v '"nginx"' || true; }

# HTTP/2 is a directive of its own since nginx 1.25.1, and before that a word of `listen`, of which newer ones warn.
takes_http2_on() { dpkg --compare-versions "$(nginx -v 2>&1 | sed -n 's|.*nginx/||p')" ge 1.25.1; }

# write_site [tls]
write_site() {
  local site_port=${port:-$([[ $server_name ]] && echo 80 || echo 8080)} lines=()
  [[ -e /proc/net/if_inet6 ]] || lines+=(-e '/listen .*\[::\]/d')   # no IPv6 on this host: nginx would refuse it
  if [[ $site_port == 8080 ]]; then
    lines+=(-e '/listen .*127.0.0.1:8080/d')
  elif [[ $(other_on_8080) ]]; then
    lines+=(-e '/listen .*127.0.0.1:8080/d')
    echo "! another program has the port 8080: choose one for \`listen 127.0.0.1:PORT;\` in $SITE, and name it in prometheus.yml"
  fi
  if takes_http2_on; then lines+=(-e 's/^( *#http2 .*;) .*/\1/'); else lines+=(-e '/^ *#http2 /d' -e 's/443 ssl;/443 ssl http2;/'); fi
  if [[ ${1:-} ]]; then
    lines+=(-e '/listen .*@PORT@;/d' -e '/# TLS: uncomment/,/^ *#listen/{/# /d}' -e 's/^( *)#(listen|http2|ssl_)/\1\2/' -e '/^#server/,$s/^#//'
      -e "s|^( *ssl_certificate +).*|\1$tls_certificate;|" -e "s|^( *ssl_certificate_key +).*|\1$tls_key;|")
  fi
  sed -E "${lines[@]}" -e "s/@SERVER_NAME@/${server_name:-_}/" -e "s/@PORT@/$site_port/" "$SHARE/nginx/site.conf.in" | put "$SITE" 644 root
  made "$SITE${1:+, with TLS}"
}

write_settings() {
  if [[ -e $ETC/nginx-settings.conf ]]; then
    kept "$ETC/nginx-settings.conf"
    return
  fi
  # shellcheck disable=SC2016  # the backquotes are text
  sed -e 's|@RATE_LIMIT@|on|' -e 's|@CORS_ORIGINS@|default "";|' -e 's|@CORS_VARY@||' \
    -e '/^# What whoever/,/^$/c# Set by `ticketctl setup`, yours to edit; then: nginx -t \&\& systemctl reload nginx' \
    "$SHARE/nginx/settings.conf.in" | put "$ETC/nginx-settings.conf" 644 root
  made "$ETC/nginx-settings.conf"
}

link_site() {
  local link=$NGINX/sites-enabled/ticketd
  [[ ! -e $link ]] || return 0
  on_trial "$link"
  ln -sfn "$SITE" "$link"
  made "$link"
}

# While it runs, nginx cannot make `listen 127.0.0.1:8080` of `listen 8080`, as a site gets a name, nor the other way round:
# its old socket is in the way of the new one, and it goes on with the configuration before.
old_socket_in_the_way() {
  local held listens any=""
  held=$(ss -Hltnp 'sport = :8080' | awk '/"nginx"/ { print $4 }')
  listens=$(nginx -T 2>/dev/null | sed -nE 's/^([^#]*[{;])?[[:space:]]*listen[[:space:]]+([^ ;]*:)?8080[ ;].*/=\2/p')
  if grep -qxE '=(\*:|0\.0\.0\.0:)?' <<<"$listens"; then any=1; fi
  case $held in
    *0.0.0.0:8080*) [[ ! $any && $listens == *=127.0.0.1:* ]] ;;
    *127.0.0.1:8080*) [[ $any ]] ;;
    *) return 1 ;;
  esac
}

reload_nginx() {
  local answer how=reload-or-restart
  answer=$(nginx -t 2>&1) || die "nginx does not take its configuration" "$answer"
  if old_socket_in_the_way; then how=restart; fi
  systemctl $how nginx.service || die "nginx does not start" "journalctl -u nginx.service -n 20"
}

enable_site() {
  local has_site="" workers=()
  if [[ -e $SITE ]]; then
    has_site=1
    [[ ! $server_name$port ]] || has_tls || echo "  note: $SITE is yours to edit; --server-name and --port count when it is made"
    kept "$SITE"
  fi
  write_settings
  if [[ ! $has_site ]]; then make_site; fi
  link_site
  read -r -a workers < <(nginx_workers) || true
  reload_nginx
  must_be_ours
  require_edge_key "${workers[@]}" || true
  accepted
}

make_site() {
  if ! has_tls; then
    write_site
    return
  fi
  mkdir -p "$ACME"
  if [[ ! -e $tls_certificate ]]; then
    write_site
    link_site
    reload_nginx
    get_certificate
  fi
  write_site tls
}

# ask PATH: through the site, the way the clients go. $url is where it is then.
ask() {
  local listen site_port name scheme=http
  listen=$(sed -nE 's/^ *listen +([0-9]+.*);.*/\1/p' "$SITE" | head -n 1)   # 8080, 443 ssl, or 443 ssl http2
  site_port=${listen%% *}
  [[ $listen != *" ssl"* ]] || scheme=https
  name=$(sed -nE 's/^ *server_name +([^; ]+).*/\1/p' "$SITE" | head -n 1)
  [[ $name != _ ]] || name=localhost
  url=$scheme://$name:$site_port
  # -k: whoever signed the certificate, it is this host that answers
  answer=$(curl -sSk --max-time 5 --noproxy '*' --connect-to "::127.0.0.1:$site_port" "$url$1" 2>&1)
}

# until_says TEXT PATH SECONDS: waits for an answer that has the text.
until_says() {
  local end=$((SECONDS + $3))
  until ask "$2" && [[ $answer == *"$1"* ]]; do
    ((SECONDS < end)) || die "no good answer from $url$2: $answer" \
      "journalctl -u nginx.service -u 'ticketd*' -n 30; who has the port: ss -ltnp 'sport = :${url##*:}'"
    sleep 0.2
  done
}

# nginx alone answers this. It takes a configuration whose port somebody else has, goes on without it, and would not come
# up again with its host.
must_be_ours() { until_says '"route_not_found"' /no-such-page 10; }

check() {
  until_says '"ready"' /readyz 30
  kept "$url/readyz says: ready"
  echo
  echo "ticketd is up: $url"
  echo "  its site           $SITE (name, port, TLS)"
  echo "  its settings       $ETC/ticketd.env, nginx-settings.conf, credentials/"
  echo "  how it is          ticketctl status, ticketctl doctor, journalctl -u 'ticketd*'"
}
