//go:build !unix

package parser

import (
	"bytes"
	"testing"
)

// guard is plain memory where there is no mprotect.
type guard struct{ n int }

func newGuard(_ testing.TB, pages int) *guard { return &guard{pages * 4096} }

func (g *guard) size() int             { return g.n }
func (g *guard) start(b []byte) []byte { return bytes.Clone(b) }
func (g *guard) end(b []byte) []byte   { return bytes.Clone(b) }
