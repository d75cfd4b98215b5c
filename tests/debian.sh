# A Debian in a folder, of any release. Sourced by the tests that make one.
# shellcheck shell=bash

# suite_of RELEASE: `trixie` for 13, other, or trixie itself; that of this machine for own, or for nothing.
suite_of() {
  local own
  # shellcheck disable=SC1091 # every host has its own
  own=$(. /etc/os-release && echo "$VERSION_CODENAME")
  case ${1:-own} in
    own) echo "$own" ;;
    other) if [[ $own == trixie ]]; then echo bookworm; else echo trixie; fi ;;
    12) echo bookworm ;;
    13) echo trixie ;;
    *) echo "$1" ;;
  esac
}

# sources_for SUITE: apt's sources on this host, those of Debian alone, for that suite.
sources_for() {
  local own
  own=$(suite_of own)
  # Whose the sources are is in the package lists, which a fresh host has not.
  # shellcheck disable=SC2016 # apt fills these in
  debian_indexes() { apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian'; }
  [[ $(debian_indexes) ]] || apt-get -q update >&2
  debian_indexes | sort -u | sed -n "s/^\([^ ]*\) $own/deb \1 $1/p"
}

# Where they are kept: SUITE-WEEK-SOURCES.tar, a Debian that has nothing but make, and beside it on-debian's.
KEPT_DEBIANS=/var/cache/ticketd-test-bare

# keep_debian SUITE LOG: sets KEPT_DEBIAN to such a tarball, and makes it if there is none of this week.
keep_debian() {
  local suite=$1 log=$2 sources mirror tree lock packages=make
  sources=$(sources_for "$suite")
  KEPT_DEBIAN=$KEPT_DEBIANS/$suite-$(date +%G-%V)-$(sha256sum <<<"$sources" | cut -c 1-8).tar
  mkdir -p "$KEPT_DEBIANS"
  exec {lock}>"$KEPT_DEBIANS/$suite.lock"
  flock "$lock"
  if [[ ! -e $KEPT_DEBIAN ]]; then
    echo "making a Debian $suite, once a week ($log)"
    mirror=$(awk -v suite="$suite" '$3 == suite { print $2; exit }' <<<"$sources")
    [[ $mirror ]] || { echo "apt on this host knows no Debian $suite" && return 1; }
    [[ $sources != *' https:'* ]] || packages+=,ca-certificates
    rm -rf "$KEPT_DEBIANS/$suite"-*
    tree=$KEPT_DEBIAN.tree
    mkdir "$tree"
    debootstrap --variant=minbase --include="$packages" "$suite" "$tree" "$mirror" >"$log" 2>&1 || { tail -n 20 "$log" && return 1; }
    echo "$sources" >"$tree/etc/apt/sources.list"
    {
      apt-config dump | grep -E '^Acquire::(Check|http::Proxy|https::Proxy)'
      [[ ! ${http_proxy:-} ]] || echo "Acquire::http::Proxy \"$http_proxy\";"
      [[ ! ${https_proxy:-} ]] || echo "Acquire::https::Proxy \"$https_proxy\";"
    } >"$tree/etc/apt/apt.conf.d/90host"
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/cache/apt/*.bin "$tree"/var/lib/apt/lists/*
    tar -C "$tree" -cf "$KEPT_DEBIAN.new" . && mv "$KEPT_DEBIAN.new" "$KEPT_DEBIAN"
    rm -rf "$tree"
  fi
  exec {lock}>&-
}

# unpack_debian TREE: of $KEPT_DEBIAN, anew.
unpack_debian() {
  rm -rf "$1"
  mkdir -p "$1"
  tar -C "$1" -xf "$KEPT_DEBIAN"
}
