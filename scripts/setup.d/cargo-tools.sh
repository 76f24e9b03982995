# Sourced by scripts/setup: the Rust tools, each built from an archive that has the hash in `hashes`, with the dependencies
# of the lock file in it, which has theirs. ADR 73.

# worker-build is released with the worker crate, under the same number.
worker_build() { rust_tool worker-build worker-build "$(locked_version worker)"; }

wasm_bindgen() { rust_tool wasm-bindgen wasm-bindgen-cli "$(locked_version wasm-bindgen)"; }

# Licences, bans and sources: only the tests ask.
cargo_deny() { rust_tool cargo-deny cargo-deny 0.20.2; }

# rust_tool PROGRAM CRATE VERSION
rust_tool() {
  have "$1" "$3" && return
  step "$1 $3" install_crate "$2" "$3" ||
    fail "$1 $3 did not install." \
      "If its hash is the trouble, somebody has changed the archive, or Cargo.lock has another version than" \
      "scripts/setup.d/hashes. To install it unchecked: cargo install $2@$3 --locked --root .tools"
}

# have PROGRAM VERSION: in .tools, or elsewhere on the PATH and then linked there.
have() {
  local path
  path=$(command -v "$1") && [ "$("$path" --version | awk '{print $NF}')" = "$2" ] || return 1
  [ "$path" = "$tools/bin/$1" ] || ln -sf "$path" "$tools/bin/$1"
}

# install_crate CRATE VERSION. Compile time counts more than the speed of these tools: half of it is optimization.
install_crate() {
  local archive build patch=$root/scripts/setup.d/$1.lock.patch status=0
  archive=$(crate_archive "$1" "$2") || return
  build=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX")
  tar -xzf "$archive" -C "$build" || status=1
  # Where a lock file names what some registries lack.
  if [ "$status" = 0 ] && [ -f "$patch" ]; then
    (cd "$build/$1-$2" && GIT_CEILING_DIRECTORIES=$build git apply "$patch") || status=1
  fi
  if [ "$status" = 0 ]; then
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
      CARGO_TARGET_DIR=$build/target cargo install --path "$build/$1-$2" --locked --root "$tools" --force || status=1
  fi
  rm -rf "$build"
  return "$status"
}

# crate_archive CRATE VERSION: has cargo download it and nothing else, and prints where it is if it is the right one.
crate_archive() {
  local archive
  cargo info "$1@$2" >&2 || return
  for archive in "${CARGO_HOME:-$HOME/.cargo}"/registry/cache/*/"$1-$2.crate"; do
    if check_hash "$archive"; then
      echo "$archive"
      return
    fi
  done
  return 1
}
