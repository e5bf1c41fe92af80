# h1wire. `make` alone lists the targets.

GO          ?= go
ADDR        ?= 127.0.0.1:8080
DIR         ?= testdata
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCH       := .
COUNT       := 6
SOAK        ?= 5m

.PHONY: help generate check build run test test-purego test-long fuzz lint vet conformance soak bench bench-full bench-parser ci

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

generate: ## write every generated file again from gen/spec
	$(GO) generate ./...

check: ## fail, with a diff, when a generated file is not what gen writes
	$(GO) run ./gen -check

build: ## build the commands into bin/
	@mkdir -p bin
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
	$(GO) test -race -tags h1wire_poison ./...

test-purego: ## the same without any assembly
	$(GO) test -tags purego ./parser/... ./conn/...

soak: ## good, slow, broken and malicious peers at once, for SOAK (5m), and a verdict
	$(GO) run -tags h1wire_poison ./tools/h1soak -duration $(SOAK)

lint: vet ## gofmt, go vet for three architectures, staticcheck
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "not gofmt-clean:"; echo "$$bad"; exit 1; }
	$(GO) run $(STATICCHECK) -checks inherit,-ST1013 ./... # status codes are read as numbers here

vet:
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./...
	GOARCH=386 $(GO) vet ./...
	$(GO) vet -tags purego ./...

ci: ## what continuous integration runs
	.ci/run
