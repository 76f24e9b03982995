# Sourced by scripts/setup: a browser for the tests. Any Chromium or Chrome does; scripts/chromium.mjs knows where to look.

chromium() {
  node scripts/chromium.mjs >/dev/null && return
  if attempt "Chromium" bounded 600 playwright-core install chromium --only-shell && node scripts/chromium.mjs >/dev/null; then
    return
  fi
  if command -v apt-get >/dev/null; then
    step "Chromium from Debian" install_chromium && node scripts/chromium.mjs >/dev/null && return
  fi
  fail "no Chromium for the browser tests." \
    "Install Chromium or Chrome, or set CHROMIUM_BIN to one, then run this again."
}

install_chromium() {
  local as_root=
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends chromium
}
