# Sourced by scripts/setup. Works in the bash 3.2 of macOS.

say() { printf 'setup: %s\n' "$*"; }

# fail MESSAGE REMEDY...: ends the lane it is called in.
fail() {
  printf 'setup: FAILED: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# step NAME COMMAND...: runs it with its output in .tools/log/NAME.log, and says what it is and how long it took.
step() {
  logged "$@" && return
  tail -n 12 "$log" | sed 's/^/       | /' >&2
  return 1
}

# The same for a way that has another one behind it: that it does not work is no failure yet.
attempt() { logged "$@"; }

logged() {
  local name=$1 start
  shift
  log=$tools/log/$(printf '%s' "$name" | tr -cs 'A-Za-z0-9.' '-').log
  start=$(date +%s)
  say "$name ..."
  if "$@" >"$log" 2>&1; then
    say "$name: done in $(($(date +%s) - start)) s"
  else
    say "$name: not this way, see ${log#"$root"/} ($(($(date +%s) - start)) s)"
    return 1
  fi
}

# check_hash FILE: whether it is what `hashes` says of a file of its name.
check_hash() {
  local name=${1##*/} found expected
  found=$(sha256 "$1") || return
  expected=$(awk -v name="$name" '$2 == name { print $1 }' "$root/scripts/setup.d/hashes")
  [ "$found" = "$expected" ] && return
  echo "$name has the SHA-256 $found; scripts/setup.d/hashes says ${expected:-nothing of it}" >&2
  return 1
}

# Linux has one of the two, macOS the other.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d' ' -f1
}

# bounded SECONDS COMMAND...: macOS has no timeout(1).
bounded() {
  local limit=$1 job watcher rc=0
  shift
  "$@" &
  job=$!
  (
    sleep "$limit" &
    nap=$!
    trap 'kill $nap 2>/dev/null; exit' TERM
    wait $nap
    echo "no answer within $limit s, giving up"
    kill "$job"
  ) 2>/dev/null &
  watcher=$!
  wait "$job" || rc=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  return "$rc"
}

# Two set-ups at once would install into the same folders. mkdir is atomic everywhere; a dead owner's lock is taken over.
take_lock() {
  local owner told=no
  while ! mkdir "$tools/lock" 2>/dev/null; do
    owner=$(cat "$tools/lock/pid" 2>/dev/null || echo)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$tools/lock"
      continue
    fi
    [ "$told" = yes ] || say "waiting for another set-up (process ${owner:-unknown}; if there is none: rm -r .tools/lock)"
    told=yes
    sleep 1
  done
  echo $$ >"$tools/lock/pid"
  trap release_lock EXIT
}
release_lock() { rm -rf "$tools/lock"; }

# locked_version CRATE: the version that Cargo.lock holds.
locked_version() {
  awk -v name="name = \"$1\"" '$0 == name { getline; gsub(/version = |"/, ""); print; exit }' "$root/Cargo.lock"
}
