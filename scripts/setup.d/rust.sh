# Sourced by scripts/setup: the compiler, one exact version for everyone.

rust_release=1.95.0

rust_version() {
  local found
  command -v cargo >/dev/null || fail "Rust is not installed." "Install it with rustup (https://rustup.rs), then run this again."
  found=$(rustc --version 2>/dev/null | cut -d' ' -f2 || true)
  [ "$found" = "$rust_release" ] && return

  # Another stable: install ours beside it. Only this project uses it.
  if command -v rustup >/dev/null; then
    if rustup run "$rust_release" rustc --version >/dev/null 2>&1 ||
      step "Rust $rust_release (found ${found:-none})" \
        bounded 600 rustup toolchain install "$rust_release" --profile minimal --component rustfmt,clippy; then
      echo "$rust_release" >"$tools/rust-toolchain"
      return
    fi
  fi
  fail "this needs Rust $rust_release, and rustc is ${found:-missing}." \
    "Run: rustup toolchain install $rust_release --component rustfmt,clippy" \
    "or make it the default: rustup default $rust_release"
}
