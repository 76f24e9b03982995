# `make` alone lists the targets. Every target first installs what is missing (scripts/setup); that is silent and quick
# when nothing is.

.DEFAULT_GOAL := help
.PHONY: help setup dev build install test bench soak chaos scale conformance screenshots mutants fuzz fmt lint types check-deploy \
        deploy-canary deploy-production export-registrations import-registrations sbom clean

run := scripts/with-tools

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing, tests included
	@scripts/setup --tests

dev: ## Run the worker and a local Sentry (PORT, DEMO_SENTRY_PORT)
	@scripts/setup
	@exec $(run) node scripts/dev.mjs

build: ## Build the worker to the path that wrangler.toml names
	@scripts/setup
	@$(run) node scripts/build.mjs

install: ## Install mcp-test-client and sentry-mcp with completions and manual pages (PREFIX=~/.local)
	@scripts/setup
	@exec $(run) node scripts/install.mjs

test: ## Run every check and test (ONLY="native workerd": these steps)
	@scripts/setup --tests
	@exec $(run) node scripts/test.mjs $(ONLY)

bench: ## Measure the worker against floors, some 15 minutes (BENCH="--only refresh": its flags)
	@scripts/setup
	@$(run) node scripts/build.mjs
	@exec $(run) node bench/run.mjs $(BENCH)

soak: build ## Run mixed traffic with kills and trouble at Sentry, then hostile requests (SECONDS=600, SEED=1, CASES=3000)
	@$(run) cargo build --quiet --locked --package demo-sentry
	@$(run) node --experimental-transform-types --no-warnings proof/soak.ts
	@exec $(run) node proof/strangers.mjs

chaos: build ## Kill workerd in every step of a sign-in, a refresh and a change (KILLS=100, SEED=1)
	@$(run) cargo build --quiet --locked --package demo-sentry
	@exec $(run) node --experimental-transform-types --no-warnings proof/chaos.ts

scale: build ## Measure what a request costs among 100, 10,000 and 1,000,000 grants (GRANTS="100 10000")
	@$(run) cargo build --quiet --locked --package demo-sentry
	@exec $(run) node --experimental-transform-types --no-warnings proof/scale.ts $(GRANTS)

conformance: build ## Run other people's tests and clients against the protocol crate and the built worker
	@$(run) cargo build --quiet --locked --package demo-sentry --package mcp-conformance-host --package mcp-test-client
	@$(run) node conformance/protocol.mjs
	@$(run) node conformance/client.mjs
	@$(run) node --experimental-transform-types --no-warnings conformance/worker.mjs
	@$(run) node --experimental-transform-types --no-warnings conformance/authorization-server.mjs
	@$(run) node conformance/servers.mjs
	@exec $(run) node --experimental-transform-types --no-warnings conformance/clients.mjs $(ONLY)

screenshots: build ## Take the pictures of docs/screens in a real browser (ONLY="home chat": these)
	@scripts/setup --tests
	@$(run) cargo build --quiet --locked --package demo-sentry --package mcp-test-client
	@exec $(run) node --experimental-transform-types --no-warnings scripts/screenshots.mjs $(ONLY)

mutants: ## Break the code in every listed way; its tests must notice (ONLY="code-not-consumed")
	@scripts/setup
	@exec $(run) node scripts/mutants.mjs $(ONLY)

fuzz: ## Fuzz every parser of untrusted bytes with libFuzzer (SECONDS_EACH=60, ONLY="form token")
	@scripts/setup
	@exec $(run) node scripts/fuzz.mjs $(ONLY)

fmt: ## Format the Rust code
	@$(run) cargo fmt --all

lint: ## Run clippy on the host and for wasm, warnings denied
	@scripts/setup
	@$(run) node scripts/test.mjs clippy

types: ## Regenerate worker-configuration.d.ts from wrangler.toml
	@scripts/setup
	@$(run) npm run --silent types

check-deploy: ## Look whether a deployment could go out; fails on placeholders (ENV="production": that one)
	@scripts/setup
	@$(run) node scripts/build.mjs
	@$(run) node scripts/check-deploy.mjs $(ENV)

deploy-canary: ## Deploy to canary in steps (DEPLOY="--dry-run": its flags)
	@scripts/setup
	@$(run) cargo build --quiet --locked --package mcp-test-client
	@exec $(run) node scripts/deploy.mjs canary $(DEPLOY)

deploy-production: ## Deploy to production in steps (DEPLOY="--dry-run": its flags)
	@scripts/setup
	@$(run) cargo build --quiet --locked --package mcp-test-client
	@exec $(run) node scripts/deploy.mjs production $(DEPLOY)

export-registrations: ## Copy the registered clients out of KV (ENV=production FILE=registrations.json)
	@scripts/setup
	@exec $(run) node scripts/registrations.mjs export $(ENV) $(FILE)

import-registrations: ## Put those back that KV has lost (ENV=production FILE=registrations.json)
	@scripts/setup
	@exec $(run) node scripts/registrations.mjs import $(ENV) $(FILE)

sbom: ## List what is in each program, as CycloneDX, in target/sbom
	@scripts/setup
	@exec $(run) node scripts/sbom.mjs

clean: ## Remove what was built; keeps the tools and the local data
	@rm -rf target build web/dist .wrangler/tmp
