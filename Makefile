# h1wire. `make` alone lists the targets.

GO          ?= go
ADDR        ?= 127.0.0.1:8080
DIR         ?= testdata
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCH       ?= .
COUNT       ?= 6
FUZZTIME    ?= 30s
MUTATIONS   ?= 10000000
SOAK        ?= 5m

.PHONY: help generate check build run test test-purego test-long fuzz lint vet conformance soak bench bench-full bench-parser staticcheck ci

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

generate: ## write every generated file again from gen/spec
	$(GO) generate ./...

check: ## fail, with a diff, when a generated file is not what gen writes
	$(GO) run ./gen -check

build: ## build the commands into bin/
	@mkdir -p bin
	@[ -f parser/zrequest.go ] || $(GO) generate ./...
	$(GO) build -o bin/ ./tools/...

run: build ## serve DIR (testdata) on ADDR (127.0.0.1:8080) and print what to try
	@printf '%s\n' \
	  'serving $(DIR) on http://$(ADDR)   (Ctrl-C drains and stops); try a browser, or:' \
	  '  curl -i  http://$(ADDR)/plaintext' \
	  '  curl     http://$(ADDR)/big -o /dev/null' \
	  '  curl -i  http://$(ADDR)/echo -d "hello"' \
	  '  curl -T Makefile http://$(ADDR)/upload' \
	  '  curl -i  http://$(ADDR)/vectors/README.md -r 0-99' \
	  '  curl -i  http://$(ADDR)/plaintext -H "Transfer-Encoding: gzip"     # refused: 501' ''
	@exec ./bin/h1serve -addr $(ADDR) -dir $(DIR) $(RUNFLAGS)

test: ## everything, race detector on, released buffers poisoned
	$(GO) test -run 'Alloc|OfRandom' ./parser ./conn/... # which the race detector's own allocations would hide, or slow down too much
	$(GO) test -race -tags h1wire_poison -timeout 15m ./...

test-purego: ## the same without any assembly, and for 386 and arm64 (under qemu)
	$(GO) test -timeout 15m -tags purego ./parser/... ./conn/...
	GOARCH=386 $(GO) test -timeout 15m ./parser
	GOARCH=arm64 $(GO) test -timeout 15m -short -exec qemu-aarch64-static ./parser

test-long: ## each kernel against the table, MUTATIONS (10 million) inputs
	H1WIRE_MUTATIONS=$(MUTATIONS) $(GO) test -run 'TestKernel' -timeout 2h -v ./parser

fuzz: ## every fuzz target for FUZZTIME (30s)
	@set -e; for pkg in ./parser ./conn; do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; done

soak: ## good, slow, broken and malicious peers at once, for SOAK (5m), and a verdict
	$(GO) run -tags h1wire_poison ./tools/h1soak -duration $(SOAK)

bench-parser: ## our parser, kernel by kernel, and other parsers, in turns
	cd bench && $(GO) run ./parser

bench: ## parser and connections against their peers, quick (under 10 minutes)
	cd bench && $(GO) run ./parser -quick
	cd bench && $(GO) run ./run -quick

bench-full: ## the same, all cases and peers
	cd bench && $(GO) run ./parser
	cd bench && $(GO) run ./run -full

conformance: build ## h1check (H1CHECK: its command, H1CHECK_CASES: its cases) against us
	tools/conformance

lint: vet ## gofmt, go vet for three architectures, staticcheck
	@bad=$$(gofmt -l .); [ -z "$$bad" ] || { echo "not gofmt-clean:"; echo "$$bad"; exit 1; }
	$(GO) run $(STATICCHECK) -checks inherit,-ST1013 ./... # status codes are read as numbers here
	cd bench && $(GO) vet ./... && $(GO) run $(STATICCHECK) -checks inherit,-ST1013 ./...

staticcheck: # fetched and built, so that lint need not
	@$(GO) run $(STATICCHECK) -version

vet:
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./...
	GOARCH=386 $(GO) vet ./...
	$(GO) vet -tags purego ./...

ci: ## what continuous integration runs
	.ci/run
