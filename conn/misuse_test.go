package conn_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// What an application can do wrong gets an error that says what; it neither
// panics nor hangs.

func TestServerMisuse(t *testing.T) {
	for says, s := range map[string]*conn.Server{
		"the delegate is nil":  {},
		"Server.Driver is 99":  {Delegate: replying{}, Driver: 99},
		"Params.ChunkSize":     {Delegate: replying{}, Params: conn.Params{ChunkSize: -1}},
		"Params.MaxFields":     {Delegate: replying{}, Params: conn.Params{MaxFields: 1 << 20}},
		"Params.MaxHeaderSize": {Delegate: replying{}, Params: conn.Params{MaxHeaderSize: -1}},
	} {
		l := conntest.Listen()
		require.ErrorContains(t, s.Serve(l), says)
		_, err := l.Dial()
		require.Error(t, err, "%s: the listener is closed", says)
		require.NoError(t, s.Close())
		require.NoError(t, s.Shutdown(t.Context()))
	}
	s := &conn.Server{Delegate: replying{}}
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Serve(conntest.Listen()), conn.ErrServerClosed)
	require.ErrorIs(t, s.ListenAndServe(), conn.ErrServerClosed)
}

func TestServerConnMisuse(t *testing.T) {
	_, err := conn.NewServerConn(nil, nil)
	require.ErrorContains(t, err, "net.Conn is nil")

	open := func() (*conn.ServerConn, *conntest.Conn) {
		server, client := conntest.Pipe()
		t.Cleanup(func() { _ = client.Close() })
		sc, err := conn.NewServerConn(server, nil)
		require.NoError(t, err)
		return sc, client
	}
	sc, client := open()
	require.ErrorContains(t, sc.Serve(t.Context(), nil), "delegate is nil")
	require.NoError(t, client.Close())
	require.NoError(t, sc.Serve(t.Context(), replying{}))
	require.ErrorContains(t, sc.Serve(t.Context(), replying{}), "served or closed before")
	require.NoError(t, sc.Close())
	require.NoError(t, sc.Close())
	require.NoError(t, sc.Shutdown(t.Context()))

	for _, end := range []func(*conn.ServerConn) error{
		(*conn.ServerConn).Close,
		func(sc *conn.ServerConn) error { return sc.Shutdown(t.Context()) },
	} {
		sc, client := open()
		require.NoError(t, end(sc), "nothing serves that could end")
		_, err := client.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		require.ErrorIs(t, sc.Serve(t.Context(), replying{}), net.ErrClosed)
	}
}

func TestZeroConn(t *testing.T) {
	var c conn.Conn
	_, wrote := c.Write([]byte("x"))
	_, read := c.Read(make([]byte, 1))
	_, readFrom := c.ReadFrom(strings.NewReader("x"))
	_, _, detached := c.Detach()
	for _, err := range []error{
		wrote, read, readFrom, detached, c.Finish(), c.FinishTrailers(nil), c.Flush(), c.Continue(),
		c.Reply(conn.StatusLine(200), nil, nil), c.WriteHeaders(conn.StatusLine(200), nil, nil), c.WriteInformational(conn.StatusLine(103), nil),
		c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{}),
	} {
		require.ErrorIs(t, err, conn.ErrFinished)
	}
	c.SetBodyTimeout(1)
	c.SetMaxBodySize(1)
	c.SetCloseCallback(func() { t.Error("called") })
	require.Error(t, c.Context().Err())
	require.Nil(t, c.ServerConn())
	require.Nil(t, c.AppContext())
	require.Nil(t, c.RemoteAddr())
	require.Nil(t, c.LocalAddr())
	require.Nil(t, c.TLS())
}

// What a delegate does in the wrong order is refused, and spoils nothing.
func TestResponseMisuse(t *testing.T) {
	noted := make(chan error, 9)
	addr := serveDelegate(t, conn.Auto, replying{reply: func(c conn.Conn) error {
		note := func(err error) { noted <- err }
		note(c.Finish())
		note(c.WriteHeaders(conn.StatusLine(200), nil, []byte("a")))
		note(c.WriteHeaders(conn.StatusLine(200), nil, nil))
		note(c.Reply(conn.StatusLine(200), nil, nil))
		note(c.WriteInformational(conn.StatusLine(103), nil))
		note(c.Finish())
		note(c.Finish())
		note(c.Reply(conn.StatusLine(200), nil, nil))
		_, err := c.Write([]byte("b"))
		note(err)
		return nil
	}})
	got := sendUntilClosed(t, addr, get+"Connection: close\r\n\r\n")
	require.True(t, strings.HasSuffix(got, "\r\n\r\n1\r\na\r\n0\r\n\r\n"), got)
	for i, says := range []string{
		"the head has not been sent", "", "the head has been sent", "the head has been sent", "the head has been sent",
		"", "the exchange is finished", "the exchange is finished", "the exchange is finished",
	} {
		if err := <-noted; says == "" {
			require.NoError(t, err, "%d", i)
		} else {
			require.ErrorContains(t, err, says, "%d", i)
		}
	}
}

func TestClientMisuse(t *testing.T) {
	c := new(conn.Client)
	var none context.Context
	for says, do := range map[string]func() (*conn.Response, error){
		"nil":                     func() (*conn.Response, error) { return c.Do(t.Context(), nil) },
		"context is nil":          func() (*conn.Response, error) { return c.Do(none, &conn.Request{Addr: "a:1"}) },
		"missing address":         func() (*conn.Response, error) { return c.Do(t.Context(), &conn.Request{}) },
		"missing port in address": func() (*conn.Response, error) { return c.Do(t.Context(), &conn.Request{Addr: "127.0.0.1"}) },
		"Params.MaxFields": func() (*conn.Response, error) {
			return (&conn.Client{Params: conn.Params{MaxFields: -1}}).Do(t.Context(), &conn.Request{})
		},
		"use of closed network conn": func() (*conn.Response, error) {
			c := new(conn.Client)
			require.NoError(t, c.Close())
			require.NoError(t, c.Close())
			return c.Do(t.Context(), &conn.Request{Addr: "127.0.0.1:1"})
		},
	} {
		_, err := do()
		var failed *conn.RequestError
		require.ErrorAs(t, err, &failed, says)
		require.ErrorContains(t, err, says)
	}
	for rawURL, says := range map[string]string{
		"":           "scheme is not http or https",
		"ftp://a/":   "scheme is not http or https",
		"/path":      "scheme is not http or https",
		"http:///x":  "host is missing",
		"http://:80": "host is missing",
		"http://a b": "invalid character",
	} {
		_, err := conn.NewRequest("GET", rawURL)
		require.ErrorContains(t, err, says, rawURL)
	}
}

func TestClientConnMisuse(t *testing.T) {
	_, err := conn.NewClient(nil, nil)
	require.ErrorContains(t, err, "net.Conn is nil")
	synctest.Test(t, func(t *testing.T) {
		client, server := conntest.Pipe()
		defer server.Close()
		cc, err := conn.NewClient(client, &conn.Params{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		_, err = cc.ReadResponse(nil)
		require.ErrorContains(t, err, "delegate is nil")
		_, err = cc.ReadResponse(anyResponse{})
		require.ErrorContains(t, err, "no request waits for a response")
		_, err = cc.Write([]byte("x"))
		require.ErrorIs(t, err, conn.ErrFinished)
		require.ErrorIs(t, cc.Finish(), conn.ErrFinished)

		h := new(conn.Header)
		h.Add("Host", "a")
		require.NoError(t, cc.WriteHeaders(conn.RequestLine("POST", "/"), h, nil), "and yet nothing is spoiled")
		require.ErrorContains(t, cc.WriteHeaders(conn.RequestLine("POST", "/"), h, nil), "not finished")
		require.ErrorContains(t, cc.Send(conn.RequestLine("GET", "/"), h, nil), "not finished")
		require.NoError(t, cc.Finish())
		require.ErrorIs(t, cc.Finish(), conn.ErrFinished)
		_, err = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		require.NoError(t, err)
		reusable, err := cc.ReadResponse(anyResponse{})
		require.NoError(t, err)
		require.True(t, reusable)
		require.NoError(t, cc.Close())
		require.NoError(t, cc.Close())
		require.ErrorIs(t, cc.Flush(), net.ErrClosed)
		require.ErrorIs(t, cc.Send(conn.RequestLine("GET", "/"), h, nil), net.ErrClosed)
		_, err = cc.ReadResponse(anyResponse{})
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// anyResponse takes any response.
type anyResponse struct{}

func (anyResponse) HeadersReceived(*conn.StartLine, *conn.Fields) error { return nil }
func (anyResponse) DataReceived([]byte) error                           { return nil }
func (anyResponse) Finish() error                                       { return nil }
func (anyResponse) OnConnectionClose(error)                             {}
