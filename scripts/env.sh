# Sourced. The environment every step runs in: the tools that scripts/setup keeps under .tools/ come first.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.tools

PATH=$tools/bin:$tools/node/bin:$root/node_modules/.bin:$PATH
export PATH

# Set when the default toolchain is another one than the project's.
if [ -s "$tools/rust-toolchain" ]; then
  RUSTUP_TOOLCHAIN=$(cat "$tools/rust-toolchain")
  export RUSTUP_TOOLCHAIN
fi

# worker-build would download these three; here they are pinned by Cargo.lock and package-lock.json.
export WASM_BINDGEN_BIN=$tools/bin/wasm-bindgen
export WASM_OPT_BIN=$root/node_modules/.bin/wasm-opt
export ESBUILD_BIN=$root/node_modules/.bin/esbuild

export WRANGLER_SEND_METRICS=false
export WRANGLER_LOG_PATH=$root/.wrangler/logs
export OPENSPEC_TELEMETRY=0
