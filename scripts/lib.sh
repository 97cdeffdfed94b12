# Small functions for the scripts in this folder; source it, do not run it.

# say prints what is going on, to standard error so that output stays clean.
say() { printf '\033[1m» %s\033[0m\n' "$*" >&2; }

# die prints why and ends.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# as_root runs a command as root, through sudo when we are not.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else
		command -v sudo >/dev/null || die "need root or sudo to run: $*"
		sudo "$@"
	fi
}

# apt_install installs Debian packages, without what they merely recommend. A
# package's service is not started: policy-rc.d forbids it while we install.
apt_install() {
	command -v apt-get >/dev/null || die "no apt-get here; install by hand: $*"
	say "installing $*"
	local policy=/usr/sbin/policy-rc.d ours=no
	if [ ! -e "$policy" ]; then
		ours=yes
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod +x "$policy"
	fi
	local failed=no
	{ as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >&2 || failed=yes
	[ "$ours" = no ] || as_root rm -f "$policy"
	[ "$failed" = no ] || die "could not install $*"
}

# need_cmd COMMAND PACKAGE installs the Debian package unless the command is there.
need_cmd() {
	PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null || apt_install "$2"
}

# timed LABEL COMMAND… runs the command and says how long it took.
timed() {
	local label=$1 begin=$SECONDS status=0
	shift
	say "$label"
	"$@" || status=$?
	say "$label: $((SECONDS - begin)) s$([ "$status" = 0 ] || echo ", FAILED")"
	return "$status"
}

# cache_dir makes and prints the folder that keeps things between runs.
cache_dir() {
	local dir=${YIMI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/yimi}
	mkdir -p "$dir"
	printf '%s\n' "$dir"
}

# build_yimi OUT builds the program as people get it: no paths of this machine and no tables for a
# debugger in it, and no MessagePack, which gin would bring along (86 MB without all that, 59 with it).
build_yimi() { CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags '-s -w' -o "$1" .; }

# hash_of PATH… prints a hash over the files of the paths given, names and contents.
hash_of() {
	find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.cache/*' -print0 |
		sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# once STAMP HASH COMMAND… runs the command unless the stamp says it was run for that hash.
once() {
	local stamp=$1 hash=$2
	shift 2
	[ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return 0
	rm -f "$stamp"
	"$@" || return
	mkdir -p "$(dirname "$stamp")"
	echo "$hash" >"$stamp"
}

# install_in FOLDER installs what its lockfile says, if that is not there yet.
install_in() {
	need_cmd node nodejs
	need_cmd npm npm
	once "$1/node_modules/.yimi-installed" "$(hash_of "$1/package-lock.json" "$1/.npmrc")" npm --prefix "$1" ci --silent
}
