# Every command of the project. Each installs the missing parts that it needs, and nothing else (see ./setup).
#
#   make run     build, and serve http://127.0.0.1:8000 on the embedded engine
#   make demo    the example market and a simulated evening, on a store that is deleted afterwards (ARGS="--speed 20": slower)
#   make test    every test, Redis and browser included
#   make test-tls the tests from outside once more, over TLS to the server and to Redis
#   make watch   rebuild and reload with every change (needs cargo-leptos)
#   make build   the release: target/release/pizza-market and target/site (needs cargo-leptos)
#   make smoke   the browser tests of whole journeys against the release
#   make measure the release, measured: what the server costs beside bare programs, menus, downloads, Lighthouse, a rush
#   make mutants remove one guard at a time: the tests must notice
#   make torture the long form of the tests that kill processes, and of those of parsers: half an hour
#   make lint    formatting and clippy, for both programs
#   make audit   licences, sources, bans and, where the network allows, advisories of the dependencies (needs cargo-deny)

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
MAKEFLAGS += --no-print-directory

wasm := target/front/wasm32-unknown-unknown/wasm-dev/pizza_market.wasm
site := target/debug/site
# The optimiser of the WebAssembly comes from npm: Debian's version accepts the file and breaks it.
tools := PATH="$(CURDIR)/end2end/node_modules/.bin:$$PATH"

# As in .cargo/config.toml; and a release contains no path of the machine that built it.
flags := --cfg erase_components --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo --remap-path-prefix=$(CURDIR)=.

.PHONY: run
run:
	@./setup wasm bindgen
	@$(MAKE) debug
	@echo "== Pizza Market on http://$${LEPTOS_SITE_ADDR:-127.0.0.1:8000}: /supplier, /customer, /dispatch, /orders"
	@exec target/debug/pizza-market

# The server's store and log are in a temporary folder. It runs in a process group of its own (`set -m`), so that Ctrl-C
# ends the evening first, and the report is printed before the server stops.
.PHONY: demo
demo:
	@./setup wasm bindgen
	@$(MAKE) debug
	@set -m; folder=$$(mktemp -d); touch "$$folder/log"; \
	env REDIS_URL= REDIS_HOST= REDIS_PORT= REDIS_USERNAME= REDIS_PASSWORD= REDIS_DB= REDIS_TLS= \
	  SITE_ORIGIN= AUTH=open DATA_DIR="$$folder" RATE_LIMIT=off RUST_LOG=info target/debug/pizza-market serve 2>"$$folder/log" & server=$$!; \
	trap 'set +m; kill $$server 2>/dev/null || true; wait $$server || true; rm -rf "$$folder"' EXIT; \
	until grep -q "listening on" "$$folder/log"; do \
	  kill -0 $$server 2>/dev/null || { cat "$$folder/log" >&2; exit 1; }; sleep 0.1; \
	done; \
	url=$$(sed -n 's/.*listening on \(http[^ "]*\).*/\1/p' "$$folder/log"); \
	target/debug/pizza-market seed --url "$$url"; \
	echo "== Look at $$url/shops, /supplier, /customer, /dispatch and /orders. Ctrl-C ends the evening, and all of it."; \
	target/debug/pizza-market simulate --url "$$url" --shared --keep-going $(ARGS)

# Both programs and the site, with cargo and wasm-bindgen alone: building cargo-leptos takes a quarter of an hour.
.PHONY: debug
debug:
	@echo "== Building the browser's program"
	@cargo build --lib --profile wasm-dev --features hydrate --target wasm32-unknown-unknown --target-dir target/front
	@echo "== Building the server"
	@cargo build --bin pizza-market --features ssr
	@$(MAKE) $(site)/pkg/pizza-market.js $(site)/pkg/pizza-market.css $(site)/brand.svg

$(site)/pkg/pizza-market.js: $(wasm)
	@echo "== Making the site"
	@wasm-bindgen --target web --no-typescript --out-dir $(@D) --out-name pizza-market $<
	@mv $(@D)/pizza-market_bg.wasm $(@D)/pizza-market.wasm

$(site)/pkg/pizza-market.css: $(wildcard style/*.css)
	@mkdir -p $(@D)
	@cp style/*.css $(@D)
	@mv $(@D)/main.css $@

$(site)/brand.svg: $(wildcard public/*)
	@mkdir -p $(@D)
	@cp -r public/. $(@D)
	@touch $@

# Runs all tests even where some fail, and ends with one line of counts.
.PHONY: test
test:
	@./setup wasm bindgen npm redis chromium fuzz clients hadolint
	@$(MAKE) debug
	@mkdir -p target/tests
	@failed=0; \
	echo "== Rules, stores, and the program from outside"; \
	cargo test --no-fail-fast --features ssr --bin pizza-market --test it 2>&1 | tee target/tests/cargo.log || failed=1; \
	echo "== The browser's journeys"; \
	rm -f end2end/test-results/report.json target/tests/openapi_fuzz.json target/tests/clients.log; \
	(cd end2end && npx playwright test) || failed=1; \
	echo "== The description of the API against the server"; \
	tests/openapi_fuzz/run || failed=1; \
	echo "== Clients that generators make of the description"; \
	tests/clients/run || failed=1; \
	node end2end/count.mjs target/tests/cargo.log end2end/test-results/report.json target/tests/openapi_fuzz.json \
	  target/tests/clients.log; \
	exit $$failed

.PHONY: test-tls
test-tls:
	@./setup wasm redis
	@TLS=1 cargo test --no-fail-fast --features ssr --test it -- --skip repository::

.PHONY: torture
torture:
	@./setup wasm redis
	@TORTURE=$${TORTURE:-100} cargo test --features ssr --test it -- torture:: a_storm --include-ignored --nocapture --test-threads 1
	@PROPTEST_CASES=$${FUZZ:-500000} cargo test --features ssr --bin pizza-market -- any_bytes no_other_bytes

# Removes one guard at a time, and expects the tests to notice.
.PHONY: mutants
mutants:
	@./setup wasm redis
	@tests/mutants

.PHONY: lint
lint:
	@./setup wasm
	cargo fmt --check
	cargo clippy --features ssr --bin pizza-market --tests -- -D warnings
	cargo clippy --lib --features hydrate --target wasm32-unknown-unknown --target-dir target/front -- -D warnings

# Fetching the database of advisories needs the network: without it the rest still counts, and the gap is reported.
.PHONY: audit
audit:
	@./setup deny
	cargo deny --locked check licenses sources bans
	@if cargo deny fetch db; then \
	  cargo deny --locked check advisories; \
	else \
	  echo "== No advisories were checked: their database could not be fetched"; \
	  [ -z "$${CI:-}" ]; \
	fi

.PHONY: watch
watch:
	@./setup wasm bindgen leptos
	@cargo leptos watch

.PHONY: build
build:
	@./setup wasm bindgen leptos npm
	@$(tools) RUSTFLAGS="$(flags)" LEPTOS_HASH_FILES=true cargo leptos build --release --precompress --split --lib-features split
	@node end2end/sizes.mjs target/site/pkg

.PHONY: measure
measure:
	@./setup npm redis chromium
	@[ -x target/release/pizza-market ] || $(MAKE) build
	@cargo build --release --quiet --manifest-path tests/measure/Cargo.toml --target-dir target/measure
	@target/measure/release/measure target/release/pizza-market target/site
	@node end2end/measure.mjs

.PHONY: smoke
smoke:
	@./setup npm chromium
	@[ -x target/release/pizza-market ] || $(MAKE) build
	@cd end2end && { PIZZA_MARKET=../target/release/pizza-market npx playwright test journey plain --project=desktop --project=phone \
		|| { node count.mjs none test-results/report.json none none; exit 1; }; }
