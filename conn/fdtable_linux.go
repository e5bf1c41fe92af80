package conn

import (
	"sync"
	"sync/atomic"
)

// fdTable finds the connection of a descriptor.
type fdTable[T any] struct {
	mu   sync.Mutex
	rows atomic.Pointer[[]*fdRow[T]]
}

type fdRow[T any] [256]atomic.Pointer[T]

// at returns the connection whose descriptor is fd, or nil.
func (t *fdTable[T]) at(fd int) *T {
	rows := t.rows.Load()
	if rows == nil || fd>>8 >= len(*rows) {
		return nil
	}
	return (*rows)[fd>>8][fd&255].Load()
}

// set makes d the connection whose descriptor is fd.
func (t *fdTable[T]) set(fd int, d *T) {
	rows := t.rows.Load()
	if rows == nil || fd>>8 >= len(*rows) {
		rows = t.grow(fd>>8 + 1)
	}
	(*rows)[fd>>8][fd&255].Store(d)
}

func (t *fdTable[T]) grow(n int) *[]*fdRow[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows []*fdRow[T]
	if old := t.rows.Load(); old != nil {
		rows = append(rows, *old...)
	}
	for len(rows) < n {
		rows = append(rows, new(fdRow[T]))
	}
	t.rows.Store(&rows)
	return &rows
}
