package nethttp

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A Request gets its context where it has it, and, should net/http have moved that,
// by WithContext.
func TestSetContext(t *testing.T) {
	ctx := context.WithValue(t.Context(), contextKey{}, "this one")
	assert.NotZero(t, contextAt, "net/http has moved it")
	for _, at := range []uintptr{contextAt, 0} {
		r := &http.Request{Method: "GET", Host: "h"}
		setContext(r, ctx, at)
		assert.Equal(t, (&http.Request{Method: "GET", Host: "h"}).WithContext(ctx), r)
		assert.Equal(t, ctx, r.Context())
	}
}

type contextKey struct{}
