# Sourced by scripts/setup: a browser for the tests. Any Chromium or Chrome does; scripts/chromium.mjs knows where to look.
# Playwright would download one that nothing checks: that is left to people.

chromium() {
  node scripts/chromium.mjs >/dev/null && return
  if command -v apt-get >/dev/null; then
    step "Chromium from Debian" install_chromium && node scripts/chromium.mjs >/dev/null && return
  fi
  fail "no Chromium for the browser tests." \
    "Install Chromium or Chrome, or set CHROMIUM_BIN to one, or have Playwright download one, unchecked:" \
    "scripts/with-tools playwright-core install chromium --only-shell. Then run this again."
}

install_chromium() {
  local as_root=
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends chromium
}
