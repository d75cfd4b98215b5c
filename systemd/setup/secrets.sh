# Part of setup: passwords, and the key of the access tokens. Sourced.
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

write_key() {
  local file=$CREDENTIALS/api/TICKETD_JWT_KEYS
  if [[ -s $file ]]; then
    kept "$file"
  else
    echo "$(date -u +%Y-%m):$(openssl rand -base64 32)" | put "$file" 0600 root
    made "$file: a new key for access tokens"
  fi
}
