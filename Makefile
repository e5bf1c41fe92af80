# h1wire. `make` alone lists the targets.

GO          ?= go
ADDR        ?= 127.0.0.1:8080
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCH       := .
COUNT       := 6

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

run: build ## serve on ADDR (127.0.0.1:8080) and print what to try
	@printf '%s\n' \
	  'serving on http://$(ADDR)   (Ctrl-C drains and stops); try:' \
	  '  curl -i  http://$(ADDR)/plaintext' \
	  '  curl     http://$(ADDR)/big -o /dev/null' \
	  '  curl -i  http://$(ADDR)/echo -d "hello"' \
	  '  curl -T Makefile http://$(ADDR)/upload' \
	  '  printf "GET / HTTP/1.1\r\nHost : x\r\n\r\n" | nc 127.0.0.1 8080     # 400, and why' ''
	@exec ./bin/h1serve -addr $(ADDR) $(RUNFLAGS)

test: ## everything, race detector on, released buffers poisoned
	$(GO) test -race -tags h1wire_poison ./...

test-purego: ## the same without any assembly
	$(GO) test -tags purego ./parser/... ./conn/...

lint: vet ## gofmt, go vet for three architectures, staticcheck
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "not gofmt-clean:"; echo "$$bad"; exit 1; }
	$(GO) run $(STATICCHECK) ./...

vet:
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./...
	GOARCH=386 $(GO) vet ./...
	$(GO) vet -tags purego ./...

ci: ## what continuous integration runs
	.ci/run
