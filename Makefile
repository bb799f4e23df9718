# The workshop of Làng Số. It needs Go and Node; make test installs PostgreSQL, Chromium and strace by apt when it may.
SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export CGO_ENABLED := 0

GO       ?= go
LISTEN   ?= 127.0.0.1:8080
DEMO     ?= data/demo
FUZZTIME ?= 10m
# Programs of tools/go.mod, run on the product.
TOOL := $(GO) tool -modfile=tools/go.mod
GOFILES = cmd internal tools web/embed.go $(wildcard web/*_test.go)

.PHONY: help run build assets generate check test bench soak fuzz sabotage

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS=$$'\t' read -r name words; do printf '  make %-10s %s\n' "$$name" "$$words"; done

run: build ## build, then open the demo province on http://localhost:8080
	@echo "http://$(subst 127.0.0.1,localhost,$(LISTEN)) (data in $(DEMO); stop with Ctrl-C)"
	exec bin/langso demo --data $(DEMO) --listen $(LISTEN)

build: assets ## build bin/langso with its style sheets, scripts and fonts
	$(GO) build -trimpath -ldflags='-s -w' -o bin/langso ./cmd/langso

WEB = $(shell find web/style web/islands web/img tools/assets -type f) web/package-lock.json web/fonts.mjs

assets: web/dist/manifest.json ## build web/dist (installs the npm packages when needed)

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --ignore-scripts

web/dist/manifest.json: web/node_modules/.package-lock.json $(WEB)
	$(GO) -C tools run ./assets
	@touch $@

generate: ## write the Go code of the templ pages
	$(TOOL) templ generate -path .

check: assets ## look at the code without running it: format, vet, staticcheck, generated pages, TypeScript, house rules
	@bad=$$(gofmt -l $(GOFILES)); test -z "$$bad" || { echo "not formatted (gofmt -w):"; echo "$$bad"; exit 1; }
	$(GO) vet ./...
	$(GO) -C tools vet ./...
	$(TOOL) staticcheck ./...
	$(GO) -C tools tool staticcheck ./...
	@sum() { find internal -name '*_templ.go' -print0 | sort -z | xargs -0 -r sha256sum; }; \
	before=$$(sum); $(MAKE) --no-print-directory generate; \
	test "$$before" = "$$(sum)" || { echo "the Go code of templ pages was not up to date; it is now: commit it"; exit 1; }
	cd web && npm run --silent check
	$(GO) test ./internal/archtest

test: check bin/testrun ## everything: install what is missing, start PostgreSQL, run all tests
	exec bin/testrun

bench: build bin/testrun ## measure what the design owes (docs/benchmarks.md)
	exec bin/testrun -exec $(GO) test -run='^$$' -bench=. -benchmem -timeout=60m ./...

sabotage: assets bin/sabotage ## prove that tests bite: break each promise once and see its test fail (RUN=regexp picks)
	exec bin/sabotage -run '$(RUN)'

fuzz: bin/fuzz ## run each fuzz target for FUZZTIME (10m)
	exec bin/fuzz -time $(FUZZTIME) -run '$(RUN)'

soak: sabotage fuzz bench ## before an issue is closed: all sabotages, long fuzzing, benches, 1,000 kills, 200 races, long API fuzzing
	LANGSO_SOAK=1 bin/testrun -run 'Durab|TwoNodes' -timeout=3h ./internal/testkit/process
	LANGSO_SOAK=1 bin/testrun -exec $(GO) test -v -count=1 -run '^TestAPIFuzz$$' -timeout=3h ./internal/app

bin/testrun bin/sabotage bin/fuzz: bin/%: FORCE
	@$(GO) -C tools build -o ../$@ ./$*

.PHONY: FORCE
FORCE:
