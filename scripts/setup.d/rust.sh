# Sourced by scripts/setup: the compiler, one exact version for everyone.

rust_release=1.95.0

rust_version() {
  local found
  command -v cargo >/dev/null || fail "Rust is not installed." "Install it with rustup (https://rustup.rs), then run this again."
  if ! command -v rustup >/dev/null; then
    found=$(rustc --version 2>/dev/null | cut -d' ' -f2 || true)
    [ "$found" = "$rust_release" ] && return
    fail "this needs Rust $rust_release, and rustc is ${found:-missing}." "Install rustup (https://rustup.rs), then run this again."
  fi

  # Named by its number, as rust-toolchain.toml has it. rustup is not asked to run it before it is there: that downloads.
  rustup toolchain list | grep -q "^$rust_release-" && { rm -f "$tools/rust-toolchain"; return; }
  # The same release under the name stable, on a machine where rustup's server is out of reach.
  found=$(rustup run stable rustc --version 2>/dev/null | cut -d' ' -f2 || true)
  if [ "$found" = "$rust_release" ]; then
    echo stable >"$tools/rust-toolchain"
    return
  fi
  # Beside what there is. Only this project uses it.
  step "Rust $rust_release (found ${found:-none})" \
    bounded 600 rustup toolchain install "$rust_release" --profile minimal --component rustfmt,clippy && return
  fail "this needs Rust $rust_release, and rustc is ${found:-missing}." \
    "Run: rustup toolchain install $rust_release --component rustfmt,clippy" \
    "or make it the default: rustup default $rust_release"
}
