package conn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// inMemory serves s on a listener in memory, in a synctest bubble.
func inMemory(t *testing.T, s *Server, f func(t *testing.T, l *conntest.Listener)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if s.Logger == nil {
			s.Logger = quiet
		}
		l := conntest.Listen()
		served := make(chan error)
		go func() { served <- s.Serve(l) }()
		f(t, l)
		require.NoError(t, s.Close())
		require.NoError(t, s.Shutdown(context.Background()))
		assert.ErrorIs(t, <-served, ErrServerClosed)
		assert.ErrorIs(t, s.Serve(conntest.Listen()), ErrServerClosed)
	})
}

func dialMemory(t *testing.T, l *conntest.Listener) *client {
	t.Helper()
	nc, err := l.Dial()
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	return newClient(nc)
}

func answering() ServerDelegate {
	return delegates(func(c Conn) MessageDelegate { return &plainly{c: c} })
}

func TestMaxRequestsPerConn(t *testing.T) {
	s := &Server{Delegate: answering(), MaxRequestsPerConn: 2}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, get+get+get)
		expect(t, c, empty200+crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), true)
	})
}

func TestMaxConns(t *testing.T) {
	s := &Server{Delegate: answering(), MaxConns: 2}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		var all []*client
		for range 3 {
			all = append(all, dialMemory(t, l))
			all[len(all)-1].send(t, get)
		}
		expect(t, all[1], empty200, false)
		expect(t, all[2], "", false) // waits
		_ = all[0].Close()
		expect(t, all[2], empty200, false)
	})
}

func TestMaxConnsPerAddr(t *testing.T) {
	s := &Server{Delegate: answering(), MaxConnsPerAddr: 2}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		dialFrom := func(ip string) *client {
			nc, err := l.DialFrom(&net.TCPAddr{IP: net.ParseIP(ip), Port: 1})
			require.NoError(t, err)
			t.Cleanup(func() { _ = nc.Close() })
			return newClient(nc)
		}
		a, b := dialFrom("192.0.2.1"), dialFrom("192.0.2.1")
		synctest.Wait()
		expect(t, dialFrom("192.0.2.1"), "", true)
		other := dialFrom("192.0.2.2")
		for _, c := range []*client{a, b, other} {
			c.send(t, get)
			expect(t, c, empty200, false)
		}
		_ = a.Close()
		synctest.Wait()
		again := dialFrom("192.0.2.1")
		again.send(t, get)
		expect(t, again, empty200, false)
	})
}

func TestConnStates(t *testing.T) {
	var mu sync.Mutex
	var states []string
	s := &Server{Delegate: answering(), ConnState: func(sc *ServerConn, state ConnState) {
		mu.Lock()
		defer mu.Unlock()
		states = append(states, state.String())
		assert.Equal(t, Stream, sc.Driver())
	}}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		for range 2 {
			c.send(t, get)
			synctest.Wait()
		}
		_ = c.Close()
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		assert.Equal(t, "new active idle active idle closed", strings.Join(states, " "))
	})
}

func TestPanicInConnStateIsRecovered(t *testing.T) {
	s := &Server{Delegate: answering(), ConnState: func(*ServerConn, ConnState) { panic("boom") }}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, get)
		expect(t, c, empty200, false)
	})
}

func TestServerShutdownDrains(t *testing.T) {
	r := newRecorder()
	handles := make(chan Conn, 1)
	r.finish = func(c Conn, _ []byte) error {
		handles <- c
		return nil
	}
	s := &Server{Delegate: r}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, get)
		handle := <-handles
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		assert.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
		_, err := l.Dial()
		assert.Error(t, err, "nothing is accepted any more")
		done := make(chan error)
		go func() { done <- s.Shutdown(context.Background()) }()
		require.NoError(t, handle.Reply(StatusLine(200), nil, nil))
		require.NoError(t, <-done)
		expect(t, c, crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), true)
	})
}

func TestServerShutdownWaitsForTrackedTunnels(t *testing.T) {
	for _, track := range []bool{false, true} {
		tunnels := make(chan net.Conn, 1)
		r := newRecorder()
		r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
			nc, _, err := c.Detach()
			tunnels <- nc
			return err
		}
		s := &Server{Delegate: r, TrackDetached: track}
		inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
			dialMemory(t, l).send(t, get)
			nc := <-tunnels
			synctest.Wait()
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if track {
				assert.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
			} else {
				assert.NoError(t, s.Shutdown(ctx))
			}
			require.NoError(t, nc.Close())
			assert.NoError(t, s.Shutdown(context.Background()))
		})
	}
}

func TestContextsOfAServer(t *testing.T) {
	type key struct{}
	var got any
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		got = c.Context().Value(key{})
		assert.Equal(t, "app", c.AppContext())
		assert.NotNil(t, c.RemoteAddr())
		assert.Nil(t, c.TLS())
		return c.Reply(StatusLine(200), nil, nil)
	}
	s := &Server{
		Delegate:    r,
		Params:      Params{AppContext: "app"},
		BaseContext: func(net.Listener) context.Context { return context.WithValue(context.Background(), key{}, "base ") },
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, key{}, ctx.Value(key{}).(string)+"conn")
		},
	}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, get)
		expect(t, c, empty200, false)
		assert.Equal(t, "base conn", got)
	})
}

// failingListener is a listener whose Accept fails now and then.
type failingListener struct {
	net.Listener
	errs []error
}

func (f *failingListener) Accept() (net.Conn, error) {
	if len(f.errs) > 0 {
		err := f.errs[0]
		f.errs = f.errs[1:]
		return nil, err
	}
	return f.Listener.Accept()
}

type passing struct{ error }

func (passing) Temporary() bool { return true }

func TestAcceptErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := conntest.Listen()
		s := &Server{Delegate: answering(), Logger: quiet}
		served := make(chan error)
		many := make([]error, 20)
		for i := range many {
			many[i] = passing{errors.New("too many open files")}
		}
		start := time.Now()
		go func() { served <- s.Serve(&failingListener{l, many}) }()
		c := dialMemory(t, l)
		c.send(t, get)
		for {
			if got, _ := c.received(); got != "" {
				break
			}
			time.Sleep(time.Millisecond)
		}
		assert.Greater(t, time.Since(start), 10*time.Second, "it does not spin")
		_ = s.Close()
		<-served
		_ = s.Shutdown(context.Background())
	})
	broken := errors.New("broken")
	s := &Server{Delegate: answering()}
	assert.ErrorIs(t, s.Serve(&failingListener{conntest.Listen(), []error{broken}}), broken)
}

func TestServerRefusesBadParams(t *testing.T) {
	s := &Server{Delegate: answering(), Params: Params{MaxFields: -1}}
	l := conntest.Listen()
	assert.ErrorContains(t, s.Serve(l), "MaxFields")
	_, err := l.Dial()
	assert.Error(t, err, "the listener is closed")
	require.NoError(t, s.Shutdown(context.Background()))
	assert.Error(t, (&Server{Addr: "256.0.0.1:0"}).ListenAndServe())
}

// certificate returns a certificate for 127.0.0.1 and a pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestTLS(t *testing.T) {
	cert, pool := certificate(t)
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		if assert.NotNil(t, c.TLS()) {
			assert.Equal(t, "http/1.1", c.TLS().NegotiatedProtocol)
		}
		return c.Reply(StatusLine(200), nil, make([]byte, 100_000))
	}
	other := make(chan string, 1)
	s := &Server{
		Delegate: r, Logger: quiet,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"other", "http/1.1"}},
		NextProto: map[string]func(context.Context, *tls.Conn){
			"other": func(_ context.Context, c *tls.Conn) {
				defer c.Close()
				b, _ := io.ReadAll(c)
				other <- string(b)
			},
		},
	}
	addr := listen(t, s)
	defer s.Close()

	dialTLS := func(proto string) *tls.Conn {
		nc, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool, NextProtos: []string{proto}})
		require.NoError(t, err)
		_ = nc.SetDeadline(time.Now().Add(patience))
		return nc
	}
	nc := dialTLS("http/1.1")
	_, _ = io.WriteString(nc, getClose)
	got, err := io.ReadAll(nc)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(got), "HTTP/1.1 200 OK\r\n"))
	assert.Greater(t, len(got), 100_000)
	_ = nc.Close()

	nc = dialTLS("other")
	_, _ = io.WriteString(nc, "not HTTP")
	_ = nc.Close()
	assert.Equal(t, "not HTTP", <-other)

	plain := exchangeAll(t, addr, get)
	assert.NotContains(t, plain, "HTTP/1.1 200", "plain text on a TLS port gets no answer but closing")
}

// TestServerEndsSilentBodies: without any setting, a client that stops in the
// middle of its content does not hold the connection for ever; one that pauses
// for less than a minute is left alone.
func TestServerEndsSilentBodies(t *testing.T) {
	inMemory(t, &Server{Delegate: answering()}, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n")
		time.Sleep(50 * time.Second)
		c.send(t, strings.Repeat("x", 1000))
		time.Sleep(50 * time.Second)
		_, closed := c.received()
		require.False(t, closed)
		closesWithin(t, c, 10*time.Second)
	})
	inMemory(t, &Server{Delegate: answering(), Params: Params{MinBodyRate: -1}}, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n")
		time.Sleep(time.Hour)
		c.send(t, "ab")
		synctest.Wait()
		_, closed := c.received()
		require.False(t, closed)
	})
}
