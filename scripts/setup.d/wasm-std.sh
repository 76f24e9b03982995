# Sourced by scripts/setup: the standard library for wasm32-unknown-unknown.
#
# Where rustup's server is out of reach, it is built from its source into the toolchain's own folder, so that an ordinary
# `cargo build --target wasm32-unknown-unknown` works from then on.

wasm_target=wasm32-unknown-unknown

wasm_std() {
  local sysroot lib count source
  sysroot=$(rustc --print sysroot)
  lib=$sysroot/lib/rustlib/$wasm_target/lib

  count=$(find "$sysroot/lib/rustlib" -path "$lib/libstd[.-]*rlib" | wc -l | tr -d ' ')
  if [ "$count" -gt 1 ] && [ -s "$lib/self-built.txt" ]; then
    # Someone ran `rustup target add` later. rustc refuses two libraries of one name; rustup's stays.
    say "removing the self-built $wasm_target library: rustup has installed its own"
    (cd "$lib" && xargs rm -f <self-built.txt && rm -f self-built.txt)
    forget_builds
    count=1
  fi
  [ "$count" = 1 ] && return
  [ "$count" = 0 ] || fail "there are $count standard libraries for $wasm_target in the Rust toolchain, and rustc refuses that." \
    "Run: rustup target remove $wasm_target; rm -rf '$lib'" "then run this again."

  if command -v rustup >/dev/null && attempt "Rust target $wasm_target" bounded 180 rustup target add "$wasm_target"; then
    forget_builds
    return
  fi

  # A failed attempt to find the source is not an error yet: the next place may have it.
  work=$(mktemp -d "${TMPDIR:-/tmp}/wasm-std.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  source=
  for place in given component debian; do
    if "source_$place"; then source=$work/library; break; fi
  done
  [ -n "$source" ] || fail "the Rust target $wasm_target is missing, and so is the source to build it from." \
    "With internet: rustup target add $wasm_target" \
    "Without: set RUST_SRC to the library/ folder of Rust $rust_release's source, or to a tar archive of it" \
    "(RUST_SRC_SHA256 says its hash, if scripts/setup.d/hashes does not)."

  # The vendored crates are incomplete. The lock file names them with their hashes: the registry's are the same.
  rm -rf "$source/.cargo"
  step "standard library for $wasm_target from source" build_std "$source" ||
    fail "the standard library for $wasm_target did not build." "With internet: rustup target add $wasm_target"
  install_std "$work/target/$wasm_target/release/deps" "$lib" ||
    fail "cannot write to $lib." "Use a Rust installed by rustup, or run this as the owner of that folder."
  forget_builds
}

# cargo does not see that the standard library is another one now, and rustc refuses crates built with the one before.
forget_builds() { rm -rf "${CARGO_TARGET_DIR:-$root/target}/$wasm_target"; }

build_std() {
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes -Zforce-unstable-if-unmarked -Cdebuginfo=0" \
    cargo build --locked --release --target "$wasm_target" --manifest-path "$1/sysroot/Cargo.toml" \
    --features "panic-unwind compiler-builtins-mem" --target-dir "$work/target"
}

# libstd comes last: it is what the next set-up looks for.
install_std() {
  local file
  mkdir -p "$2" && (cd "$1" && ls ./*.rlib) >"$2/self-built.txt" || return
  for file in "$1"/*.rlib; do
    case $file in */libstd.rlib | */libstd-*) ;; *) cp "$file" "$2/" || return ;; esac
  done
  cp "$1"/libstd[.-]*rlib "$2/"
}

# Each source_* leaves the folder at $work/library.

source_given() {
  [ -n "${RUST_SRC:-}" ] || return 1
  if [ -d "$RUST_SRC" ]; then
    cp -R "$RUST_SRC" "$work/library"
  elif [ -f "$RUST_SRC" ]; then
    is_known_source "$RUST_SRC" || return
    mkdir "$work/given" && tar -C "$work/given" -xf "$RUST_SRC" && adopt "$work/given"
  else
    say "RUST_SRC is set, but '$RUST_SRC' does not exist"
    return 1
  fi
}

# An archive may have been downloaded by anybody: whatever its name, its hash must be that of one which has been tried.
is_known_source() {
  local found
  found=$(sha256 "$1")
  [ "$found" = "${RUST_SRC_SHA256:-}" ] || grep -q "^$found  rust-src[-_]$rust_release" "$root/scripts/setup.d/hashes" || {
    say "RUST_SRC has the SHA-256 $found, which neither scripts/setup.d/hashes nor RUST_SRC_SHA256 knows"
    return 1
  }
}

source_component() {
  local installed
  installed=$(rustc --print sysroot)/lib/rustlib/src/rust/library
  [ -d "$installed" ] || return 1
  cp -R "$installed" "$work/library"
}

# Debian's package rust-src, exactly the one in `hashes`, wherever apt gets its packages from. A private apt state: nothing
# of the system's is changed, root is not needed, and apt checks the signatures beside.
source_debian() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  attempt "Rust's source from Debian" download_rust_src && adopt "$work/deb"
}

download_rust_src() {
  local apt=$work/apt package version uri
  package=$(awk '$2 ~ /^rust-src_.*\.deb$/ { print $2 }' "$root/scripts/setup.d/hashes")
  version=$(echo "$package" | cut -d_ -f2)
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$work/deb"
  apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | sort -u | while read -r uri; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie-backports main"
  done >"$apt/sources.list"
  set -- -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists" \
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=1 -o Acquire::http::Timeout=20
  # Some of the configured archives have no such suite: what counts is whether one had.
  apt-get "$@" update || true
  (cd "$work" && apt-get "$@" download "rust-src=$version" && check_hash "$package" && dpkg-deb -x "$package" "$work/deb")
}

# adopt DIR: takes the library/ folder from somewhere below it. cargo's own tests hold another one, deeper down.
adopt() {
  local manifest
  manifest=$(find "$1" -path '*/sysroot/Cargo.toml' | awk '{ print length, $0 }' | sort -n | head -n 1 | cut -d' ' -f2-)
  [ -n "$manifest" ] || return 1
  mv "$(dirname "$(dirname "$manifest")")" "$work/library"
}
