# Part of setup: passwords, and the keys of tokens. Sourced.
# shellcheck shell=bash

random_password() { openssl rand -hex 24; }

# A part of a URL as it is meant: a sign may stand as %2F.
decoded() {
  local text=${1//\\/\\\\}
  printf %b "${text//%/\\x}"
}

# The password in the URL of a file, as it stands there; empty if there is none.
password_in() { sed -nE 's|^[a-z]+://[^:/]*:([^/]*)@.*|\1|p' "$1" 2>/dev/null || true; }

sha256() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

new_key() { echo "$(date -u +%Y-%m)$1:$(openssl rand -base64 32)"; }

write_key() {
  local file=$CREDENTIALS/api/TICKETD_JWT_KEYS
  if [[ -s $file ]]; then
    kept "$file"
  else
    new_key "" | put "$file" 0600 root
    made "$file: a new key for access tokens"
  fi
}

# The mail server's, if it wants one: to be written there by hand. The unit reads the file, and so it is there.
write_mail_password() {
  local file=$CREDENTIALS/messenger/TICKETD_MAIL_PASSWORD
  if [[ -e $file ]]; then
    kept "$file"
  else
    echo | put "$file" 0600 root
    made "$file: empty; for a mail server that wants a password"
  fi
}

# To be called before write_key: where there were keys of access tokens alone, refresh and device tokens were made with
# those. So they are accepted until they are dropped, and no session ends.
write_session_key() {
  local file=$CREDENTIALS/api/TICKETD_SESSION_KEYS before=$CREDENTIALS/api/TICKETD_JWT_KEYS
  if [[ -s $file ]]; then
    kept "$file"
  else
    if [[ -s $before ]]; then before=",$(<"$before")"; else before=""; fi
    echo "$(new_key -sessions)$before" | put "$file" 0600 root
    made "$file: a new key for refresh and device tokens"
  fi
}
