//go:build unix

package parser

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// guard is memory between two pages that must not be touched. Assembly that reads
// a single octet too many is seen by nothing else.
type guard struct{ memory []byte }

func newGuard(t testing.TB, pages int) *guard {
	page := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(m)) })
	require.NoError(t, syscall.Mprotect(m[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(m[(pages+1)*page:], syscall.PROT_NONE))
	return &guard{m[page : (pages+1)*page]}
}

func (g *guard) size() int { return len(g.memory) }

// start copies b to where the memory starts.
func (g *guard) start(b []byte) []byte {
	n := copy(g.memory, b)
	return g.memory[:n:n]
}

// end copies b to where the memory ends.
func (g *guard) end(b []byte) []byte {
	at := len(g.memory) - len(b)
	copy(g.memory[at:], b)
	return g.memory[at:len(g.memory):len(g.memory)]
}
