package conn

import (
	"slices"
	"sync"
)

// line is the order in which the exchanges of a pooled connection read their
// responses: that in which their requests were written. Without pipelining
// there is one exchange at a time, and nothing to wait for.
type line struct {
	mu    sync.Mutex
	queue []*turn // the first one reads
}

// turn is the place of an exchange in a line.
type turn struct{ come chan struct{} }

// join writes a request, by write, and takes the place behind those written
// before. first says that there is none.
func (l *line) join(write func() error) (t *turn, first bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := write(); err != nil {
		return nil, false, err
	}
	t = &turn{make(chan struct{}, 1)}
	l.queue = append(l.queue, t)
	l.queue[0].call()
	return t, len(l.queue) == 1, nil
}

// leave takes t out of the line and lets the first one read.
func (l *line) leave(t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.queue, t); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
	}
	if len(l.queue) > 0 {
		l.queue[0].call()
	}
}

// disperse lets everyone go on, and find out that the connection is closed.
func (l *line) disperse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.queue {
		t.call()
	}
}

func (t *turn) call() {
	select {
	case t.come <- struct{}{}:
	default: // called before
	}
}
