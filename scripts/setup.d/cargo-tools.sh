# Sourced by scripts/setup: the two Rust tools that make a worker of the crate, in the versions that Cargo.lock asks for.

# worker-build is released with the worker crate, under the same number.
worker_build() {
  local version
  version=$(locked_version worker)
  have worker-build "$version" && return
  step "worker-build $version" install_crate worker-build "$version" --locked ||
    fail "worker-build $version did not install." "Run: cargo install worker-build@$version --locked --root .tools"
}

# Its own lock file is left out on purpose: it pins a crate that some mirrors lack.
wasm_bindgen() {
  local version
  version=$(locked_version wasm-bindgen)
  have wasm-bindgen "$version" && return
  step "wasm-bindgen $version" install_crate wasm-bindgen-cli "$version" ||
    fail "wasm-bindgen $version did not install." "Run: cargo install wasm-bindgen-cli@$version --root .tools"
}

# have PROGRAM VERSION: in .tools, or elsewhere on the PATH and then linked there.
have() {
  local path
  path=$(command -v "$1") && [ "$("$path" --version | awk '{print $NF}')" = "$2" ] || return 1
  [ "$path" = "$tools/bin/$1" ] || ln -sf "$path" "$tools/bin/$1"
}

# Compile time counts more than the speed of these tools: half of it is optimization.
install_crate() {
  local crate=$1 version=$2
  shift 2
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install "$crate@$version" --root "$tools" --force "$@"
}
