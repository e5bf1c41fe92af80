package conn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// failing answers with reply and returns what that returns.
type failing struct {
	echoServer
	reply func(conn.Conn) error
}

func (f failing) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return failingExchange{&echoed{Conn: c}, f.reply}
}

type failingExchange struct {
	*echoed
	reply func(conn.Conn) error
}

func (f failingExchange) Finish() error { return f.reply(f.Conn) }

// A delegate hands back what its connection failed with, as it should. That a
// peer leaves is no event for a log; an error of the delegate's own is.
func TestWhatIsLoggedOfDelegates(t *testing.T) {
	large := make([]byte, 1<<20)
	for _, c := range []struct {
		name   string
		reply  func(conn.Conn) error
		logged string
	}{
		{"the peer left", func(c conn.Conn) error { return c.Reply(conn.StatusLine(200), nil, large) }, ""},
		{"the peer left while it worked", func(c conn.Conn) error {
			ctx := c.Context()
			<-ctx.Done()
			return fmt.Errorf("asking elsewhere: %w", ctx.Err())
		}, ""},
		{"another context ended", func(conn.Conn) error { return context.Canceled }, "context canceled"},
		{"an error of its own", func(conn.Conn) error { return errors.New("out of order") }, "out of order"},
		{"too little content", func(c conn.Conn) error {
			var h conn.Header
			h.AddInt("Content-Length", 42)
			return errors.Join(c.WriteHeaders(conn.StatusLine(200), &h, large[:2]), c.Finish())
		}, "fewer octets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				client, server := conntest.Pipe()
				sc, err := conn.NewServerConn(server, &conn.Params{Logger: slog.New(slog.NewTextHandler(&log, nil))})
				require.NoError(t, err)
				served := make(chan struct{})
				go func() {
					defer close(served)
					_ = sc.Serve(context.Background(), failing{reply: c.reply})
				}()
				_, err = io.WriteString(client, get+"\r\n")
				require.NoError(t, err)
				synctest.Wait()
				client.Reset()
				<-served
				if c.logged == "" {
					require.Empty(t, log.String())
				} else {
					require.Contains(t, log.String(), c.logged)
				}
			})
		})
	}
}
