package conn

import (
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hoarding answers, and lets a test see the handles.
type hoarding struct {
	plainly
	last *atomic.Pointer[Conn]
}

func (h *hoarding) Finish() error {
	h.last.Store(&h.c)
	return h.plainly.Finish()
}

// A stale handle is refused whatever the connection does meanwhile: it waits, with
// some drivers without anything to write with, or serves the next request.
func TestStaleHandlesOnEveryDriver(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		var last atomic.Pointer[Conn]
		s.Delegate = delegates(func(c Conn) MessageDelegate { return &hoarding{plainly{c: c}, &last} })
		nc := dial(t, listen(t, s))
		defer nc.Close()
		tries := make(chan struct{}, 1)
		exchange := func() {
			_, _ = io.WriteString(nc, lengthed("", "hello"))
			select {
			case tries <- struct{}{}:
			default:
			}
			want := answers200("hello")
			buf := make([]byte, len(want)+len("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
			_, err := io.ReadFull(nc, buf)
			require.NoError(t, err)
			assert.Equal(t, want, undated(string(buf)))
		}
		exchange()
		stale := *last.Load()
		var all sync.WaitGroup
		all.Go(func() {
			for range tries { // and waits then, or the poller would be looked at rarely
				for range 10 {
					_, err := stale.Write([]byte("evil"))
					assert.ErrorIs(t, err, ErrFinished)
					assert.ErrorIs(t, stale.Reply(StatusLine(200), nil, nil), ErrFinished)
					assert.ErrorIs(t, stale.Flush(), ErrFinished)
					assert.Error(t, stale.Context().Err())
					stale.SetMaxBodySize(1)
				}
			}
		})
		for range 300 {
			exchange()
		}
		close(tries)
		all.Wait()
	})
}
