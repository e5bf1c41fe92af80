package conntest_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

func write(t *testing.T, c net.Conn, s string) {
	t.Helper()
	n, err := io.WriteString(c, s)
	require.NoError(t, err)
	require.Equal(t, len(s), n)
}

// read returns what one Read gives.
func read(t *testing.T, c net.Conn) string {
	t.Helper()
	p := make([]byte, 100)
	n, err := c.Read(p)
	require.NoError(t, err)
	return string(p[:n])
}

func TestPipeCarriesOctetsBothWays(t *testing.T) {
	client, server := conntest.Pipe()
	write(t, client, "ping")
	write(t, client, "ping")
	write(t, server, "pong")
	require.Equal(t, 8, server.Unread())
	require.Equal(t, "pingping", read(t, server))
	require.Equal(t, "pong", read(t, client))
	require.Equal(t, client.LocalAddr(), server.RemoteAddr())
	require.Equal(t, client.RemoteAddr(), server.LocalAddr())
	require.NotEqual(t, client.LocalAddr(), client.RemoteAddr())
}

func TestPipeWriteWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := conntest.PipeSize(4)
		sent := bytes.Repeat([]byte("0123456789"), 100)
		done := false
		go func() {
			write(t, client, string(sent))
			done = true
			require.NoError(t, client.CloseWrite())
		}()
		synctest.Wait()
		require.False(t, done)
		got, err := io.ReadAll(server)
		require.NoError(t, err)
		require.Equal(t, sent, got)
		require.True(t, done)
	})
}

func TestPipeHalfClose(t *testing.T) {
	client, server := conntest.Pipe()
	write(t, client, "last")
	require.NoError(t, client.CloseWrite())
	_, err := client.Write([]byte("more"))
	require.ErrorIs(t, err, syscall.EPIPE)

	got, err := io.ReadAll(server)
	require.NoError(t, err)
	require.Equal(t, "last", string(got))
	write(t, server, "answer")
	require.Equal(t, "answer", read(t, client))

	require.NoError(t, client.CloseRead())
	write(t, server, "nobody reads this")
	require.Zero(t, client.Unread())
	_, err = client.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
}

func TestPipeClose(t *testing.T) {
	client, server := conntest.Pipe()
	write(t, client, "last")
	require.NoError(t, client.Close())
	require.ErrorIs(t, client.Close(), net.ErrClosed)
	_, err := client.Read(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = client.Write([]byte("x"))
	require.ErrorIs(t, err, net.ErrClosed)

	got, err := io.ReadAll(server)
	require.NoError(t, err)
	require.Equal(t, "last", string(got))
	_, err = server.Write([]byte("x"))
	require.ErrorIs(t, err, syscall.EPIPE)
	_, err = server.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestPipeCloseWithUnreadOctetsResets(t *testing.T) {
	client, server := conntest.Pipe()
	write(t, client, "never read")
	write(t, server, "lost")
	require.NoError(t, server.Close())
	_, err := client.Read(make([]byte, 10))
	require.ErrorIs(t, err, syscall.ECONNRESET)
	_, err = client.Write([]byte("x"))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestPipeCloseWakesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := conntest.PipeSize(1)
		errs := make(chan error, 2)
		go func() {
			_, err := client.Read(make([]byte, 1))
			errs <- err
		}()
		go func() {
			_, err := client.Write([]byte("too much"))
			errs <- err
		}()
		synctest.Wait()
		require.NoError(t, client.Close())
		require.ErrorIs(t, <-errs, net.ErrClosed)
		require.ErrorIs(t, <-errs, net.ErrClosed)
		require.Equal(t, "t", read(t, server))
	})
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := conntest.PipeSize(4)
		start := time.Now()
		require.NoError(t, client.SetDeadline(start.Add(time.Hour)))
		_, err := client.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, time.Hour, time.Since(start))
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())

		require.NoError(t, client.SetWriteDeadline(time.Now().Add(time.Minute)))
		n, err := client.Write([]byte("too much"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, 4, n, "what fitted has gone")
		require.Equal(t, "too ", read(t, server))

		// As with a real connection, a deadline that has passed hides what is there.
		write(t, server, "x")
		_, err = client.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, client.SetDeadline(time.Time{}))
		require.Equal(t, "x", read(t, client))
	})
}

func TestPipeDeadlineInThePastWakesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := conntest.Pipe()
		errs := make(chan error)
		go func() {
			_, err := client.Read(make([]byte, 1))
			errs <- err
		}()
		synctest.Wait()
		require.NoError(t, client.SetReadDeadline(time.Unix(1, 0)))
		require.ErrorIs(t, <-errs, os.ErrDeadlineExceeded)
	})
}

func TestFaultsReadSize(t *testing.T) {
	client, server := conntest.Pipe()
	client.Inject(conntest.Faults{ReadSize: 1})
	write(t, client, "abc")
	for _, want := range []string{"a", "b", "c"} {
		require.Equal(t, want, read(t, server))
	}
	client.Inject(conntest.Faults{})
	write(t, client, "abc")
	require.Equal(t, "abc", read(t, server))
}

func TestFaultsDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := conntest.Pipe()
		start := time.Now()
		client.Inject(conntest.Faults{Delay: time.Second})
		write(t, client, "early")
		time.Sleep(100 * time.Millisecond)
		client.Inject(conntest.Faults{Delay: 2 * time.Second})
		write(t, client, "late")
		client.Inject(conntest.Faults{}) // keeps the order all the same
		write(t, client, "!")
		require.NoError(t, client.CloseWrite())
		require.Equal(t, "early", read(t, server))
		require.Equal(t, time.Second, time.Since(start))
		rest, err := io.ReadAll(server)
		require.NoError(t, err)
		require.Equal(t, "late!", string(rest))
		require.Equal(t, 2100*time.Millisecond, time.Since(start))
	})
}

func TestFaultsShortWrite(t *testing.T) {
	client, server := conntest.Pipe()
	client.Inject(conntest.Faults{ShortWriteAt: 6})
	write(t, client, "abc")
	n, err := client.Write([]byte("defg"))
	require.Equal(t, io.ErrShortWrite, err)
	require.Equal(t, 2, n)
	write(t, client, "fg")
	require.Equal(t, "abcdefg", read(t, server))
}

func TestFaultsReset(t *testing.T) {
	for at := int64(1); at <= 4; at++ {
		client, server := conntest.Pipe()
		client.Inject(conntest.Faults{ResetAt: at})
		n, err := client.Write([]byte("abc"))
		if at == 4 { // right behind them
			require.Equal(t, 3, n)
		}
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.Equal(t, int(at-1), n)
		_, err = server.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		_, err = server.Write([]byte("x"))
		require.ErrorIs(t, err, syscall.ECONNRESET)
		_, err = client.Read(make([]byte, 1))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
}

func TestPipeInSteadyStateAllocatesNothing(t *testing.T) {
	client, server := conntest.Pipe()
	p := make([]byte, 1000)
	exchange := func() {
		_, _ = client.Write(p)
		_, _ = server.Read(p)
		_, _ = server.Write(p)
		_, _ = client.Read(p)
	}
	for range 200 {
		exchange()
	}
	require.Zero(t, testing.AllocsPerRun(100, exchange))
}

func TestListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := conntest.Listen()
		var _ net.Listener = l
		accepted := make(chan net.Conn)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					require.ErrorIs(t, err, net.ErrClosed)
					close(accepted)
					return
				}
				accepted <- c
			}
		}()
		client, err := l.DialContext(context.Background(), "tcp", "ignored:80")
		require.NoError(t, err)
		server := <-accepted
		write(t, client, "hello")
		require.Equal(t, "hello", read(t, server))

		from := &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 7}
		second, err := l.DialFrom(from)
		require.NoError(t, err)
		require.Equal(t, from, second.LocalAddr())
		require.Equal(t, from, (<-accepted).RemoteAddr())

		require.NoError(t, l.Close())
		require.ErrorIs(t, l.Close(), net.ErrClosed)
		_, ok := <-accepted
		require.False(t, ok)
		_, err = l.Dial()
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		nothing, err := l.DialContext(context.Background(), "tcp", "ignored:80")
		require.Error(t, err)
		require.Nil(t, nothing)
		write(t, client, "what is open stays open")
	})
}

func TestListenerCloseResetsWhatWasNotAccepted(t *testing.T) {
	l := conntest.Listen()
	c, err := l.Dial()
	require.NoError(t, err)
	require.NoError(t, l.Close())
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = conntest.Listen().DialContext(ctx, "tcp", "x")
	require.ErrorIs(t, err, context.Canceled)
}
