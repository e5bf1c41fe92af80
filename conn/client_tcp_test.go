package conn_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// tcpPair returns a client's connection over TCP, and its peer.
func tcpPair(t *testing.T) (client, server *net.TCPConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	nc, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	peer, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = nc.Close()
		_ = peer.Close()
	})
	return nc.(*net.TCPConn), peer.(*net.TCPConn)
}

// whole is a delegate that keeps the content.
type whole struct{ strings.Builder }

func (w *whole) HeadersReceived(*conn.StartLine, *conn.Fields) error { return nil }
func (w *whole) DataReceived(p []byte) error                         { _, _ = w.Write(p); return nil }
func (w *whole) Finish() error                                       { return nil }
func (w *whole) OnConnectionClose(error)                             {}

func newClientConn(t *testing.T, nc net.Conn, p *conn.Params) (*conn.ClientConn, *conn.Header) {
	cc, err := conn.NewClient(nc, p)
	require.NoError(t, err)
	t.Cleanup(func() { _ = cc.Close() })
	h := new(conn.Header)
	h.Add("Host", "example.com")
	return cc, h
}

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

// readHead reads up to the empty line, and nothing comes behind it.
func readHead(nc net.Conn) string {
	var head []byte
	for p := make([]byte, 64<<10); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		n, err := nc.Read(p)
		if err != nil {
			return ""
		}
		head = append(head, p[:n]...)
	}
	return string(head)
}

// A peer that half-closed before the request came, took it, and went: over TCP
// nothing tells us any more, so somebody has to look.
func TestClientOverTCPNoticesAPeerThatLeftBefore(t *testing.T) {
	nc, peer := tcpPair(t)
	cc, h := newClientConn(t, nc, nil)
	require.NoError(t, peer.CloseWrite())
	arrived := make([]byte, 1)
	require.NoError(t, nc.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err := nc.Read(arrived) // the end has arrived, and the poller has said so
	require.Equal(t, io.EOF, err)
	require.NoError(t, nc.SetReadDeadline(time.Time{}))
	go func() {
		readHead(peer)
		_ = peer.Close()
	}()
	require.NoError(t, cc.Send(conn.RequestLine("GET", "/"), h, nil))
	done := make(chan error, 1)
	go func() {
		_, err := cc.ReadResponse(new(whole))
		done <- err
	}()
	select {
	case err := <-done:
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	case <-time.After(time.Minute):
		t.Fatal("it waits for ever")
	}
}

func TestClientOverTCPWaitsLong(t *testing.T) {
	nc, peer := tcpPair(t)
	cc, h := newClientConn(t, nc, nil)
	go func() {
		readHead(peer)
		time.Sleep(500 * time.Millisecond) // long enough for the clock to look after it
		_, _ = io.WriteString(peer, answer[:20])
		_, _ = io.WriteString(peer, answer[20:])
	}()
	require.NoError(t, cc.Send(conn.RequestLine("GET", "/"), h, nil))
	var got whole
	reusable, err := cc.ReadResponse(&got)
	require.NoError(t, err)
	require.True(t, reusable)
	require.Equal(t, "hello", got.String())
}

func TestClientOverTCPSendsWhatDoesNotGoAtOnce(t *testing.T) {
	nc, peer := tcpPair(t)
	require.NoError(t, nc.SetWriteBuffer(4096))
	cc, h := newClientConn(t, nc, nil)
	h.Add("X-Long", strings.Repeat("x", 60_000))
	heads := make(chan string, 1)
	go func() {
		time.Sleep(50 * time.Millisecond) // until the buffers are full
		heads <- readHead(peer)
		_, _ = io.WriteString(peer, answer)
	}()
	require.NoError(t, cc.Send(conn.RequestLine("GET", "/"), h, nil))
	var got whole
	_, err := cc.ReadResponse(&got)
	require.NoError(t, err)
	require.Equal(t, "hello", got.String())
	require.Equal(t, strings.Count(<-heads, "x"), 60_000+strings.Count("example.com", "x"))
}

// counting counts what goes through it, though it embeds a socket.
type counting struct {
	*net.TCPConn
	read, written int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	c.read += n
	return n, err
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.TCPConn.Write(p)
	c.written += n
	return n, err
}

func TestClientOverTCPHeedsAWrapper(t *testing.T) {
	nc, peer := tcpPair(t)
	wrapper := &counting{TCPConn: nc}
	cc, h := newClientConn(t, wrapper, nil)
	go func() {
		readHead(peer)
		_, _ = io.WriteString(peer, answer)
	}()
	require.NoError(t, cc.Send(conn.RequestLine("GET", "/"), h, nil))
	_, err := cc.ReadResponse(new(whole))
	require.NoError(t, err)
	require.Equal(t, len(answer), wrapper.read)
	require.Equal(t, len("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), wrapper.written)
}

func TestClientOverTCPCloseWakesTheReader(t *testing.T) {
	nc, peer := tcpPair(t)
	cc, h := newClientConn(t, nc, nil)
	require.NoError(t, cc.Send(conn.RequestLine("GET", "/"), h, nil))
	done := make(chan error, 1)
	go func() {
		_, err := cc.ReadResponse(new(whole))
		done <- err
	}()
	readHead(peer) // so the reader has begun
	require.NoError(t, cc.Close())
	require.ErrorIs(t, <-done, net.ErrClosed)
}

func TestClientOverTCPHeedsItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	own := errors.New("own")
	answered := make(chan struct{})
	defer close(answered)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		nc, err := l.Accept()
		if err == nil {
			defer nc.Close()
			readHead(nc)
			cancel(own)
			<-answered // else the end of the connection might come first
		}
	}()
	client := new(conn.Client)
	defer client.Close()
	_, err = client.Do(ctx, newRequest(t, "GET", "http://"+l.Addr().String()))
	require.ErrorIs(t, err, own)
}

func TestClientOverTCPPeerResets(t *testing.T) {
	nc, peer := tcpPair(t)
	cc, h := newClientConn(t, nc, nil)
	go func() {
		readHead(peer)
		_ = peer.SetLinger(0)
		_ = peer.Close()
	}()
	require.NoError(t, cc.Send(conn.RequestLine("GET", "/"), h, nil))
	_, err := cc.ReadResponse(new(whole))
	require.Error(t, err)
}

func BenchmarkClientDoOverTCP(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer l.Close()
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		for p := make([]byte, 4096); ; {
			if _, err := nc.Read(p); err != nil {
				return
			}
			_, _ = nc.Write([]byte(answer))
		}
	}()
	client := new(conn.Client)
	defer client.Close()
	r, err := conn.NewRequest("GET", "http://"+l.Addr().String())
	require.NoError(b, err)
	p := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		resp, err := client.Do(b.Context(), r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(resp, p[:5]); err != nil {
			b.Fatal(err)
		}
		_ = resp.Close()
	}
}

// Who gets in line behind an exchange that is under way must not take its
// response for something that the peer had no reason to send.
func TestClientOverTCPJoinsAPipeline(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	var answered atomic.Int32
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				for r := bufio.NewReader(nc); ; {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						answered.Add(1)
						_, _ = io.WriteString(nc, answer)
					}
				}
			}()
		}
	}()
	client := &conn.Client{Pipeline: 2, MaxConnsPerHost: 1, Retry: conn.RetryNever}
	defer client.Close()
	r := newRequest(t, "GET", "http://"+l.Addr().String())
	used, err := client.Do(t.Context(), r) // nobody joins a connection that has carried nothing
	require.NoError(t, err)
	require.NoError(t, used.Close())
	for i := range 30 {
		first, err := client.Do(t.Context(), r)
		require.NoError(t, err, "%d", i)
		others := make(chan error, 2)
		for range 2 { // one joins, one waits until it may
			go func() {
				resp, err := client.Do(t.Context(), r)
				if err == nil {
					_, err = io.ReadAll(resp)
					_ = resp.Close()
				}
				others <- err
			}()
		}
		for answered.Load() < int32(3*i+3) { // until the second answer has come, too
			runtime.Gosched()
		}
		require.NoError(t, first.Close())
		require.NoError(t, <-others, "%d", i)
		require.NoError(t, <-others, "%d", i)
	}
	require.EqualValues(t, 91, answered.Load())
}
