package conn

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// handing reads the content and hands back what that failed with, as handlers do:
// with words of its own around it.
type handing struct {
	plainly
	closed chan error
}

func (*handing) PullsBody() bool { return true }

func (h *handing) HeadersReceived(*StartLine, *Fields) error {
	if _, err := io.Copy(io.Discard, h.c); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	return nil
}

func (h *handing) OnConnectionClose(err error) { h.closed <- err }

// What is wrong with a request is answered as if it had been pushed, though a
// handler found it, and is no failure of the handler's to be logged.
func TestPulledBodyThatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		send   string
		answer string
		err    error
	}{
		"malformed": {
			crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n") + "3\r\nabcX",
			"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", nil,
		},
		"too large": {
			lengthed("", "0123456789"),
			"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", ErrBodyTooLarge,
		},
		"cut off": {
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n01234", "", io.ErrUnexpectedEOF,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onDrivers(t, func(t *testing.T, s *Server) {
				log := new(lockedBuffer)
				s.Params = Params{MaxBodySize: 9, Logger: slog.New(slog.NewTextHandler(log, nil))}
				h := &handing{closed: make(chan error, 1)}
				s.Delegate = delegates(func(c Conn) MessageDelegate {
					h.c = c
					return h
				})
				assert.Equal(t, c.answer, unexplained(exchangeAll(t, listen(t, s), c.send)))
				err := <-h.closed
				require.Error(t, err)
				if c.err != nil {
					require.ErrorIs(t, err, c.err)
				}
				assert.Empty(t, log.String())
			})
		})
	}
}

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
