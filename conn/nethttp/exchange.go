package nethttp

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// service is the core's delegate for all connections of all servers.
type service struct{}

func (service) OnClose(*conn.ServerConn) {}

func (service) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &exchange{conn: c}
}

// exchange is one request and its response, in one allocation. The handler may
// keep any part of it for as long as it likes, so it is never used again. To the
// handler it is a [http.ResponseWriter], by the methods of response, and the
// request's context, by those of requestContext.
type exchange struct {
	conn    conn.Conn
	request http.Request
	url     url.URL
	body    *requestBody                    // nil without content
	waited  atomic.Pointer[context.Context] // requestContext's; nil until somebody waits

	mu      sync.Mutex // guards what follows, all of it response's
	phase   responsePhase
	head    bool        // the request is HEAD, whatever the handler makes of it
	tunnels bool        // it is CONNECT
	duplex  bool        // EnableFullDuplex was called
	status  int16       // 0 until WriteHeader
	fields  http.Header // the handler's
	scratch *scratch    // from WriteHeader until the end
}

// connection is what the exchange is on.
func (x *exchange) connection() *connection {
	return x.conn.ServerConn().Context().(*connection)
}

// PullsBody implements conn.PullDelegate: the handler runs in HeadersReceived.
func (x *exchange) PullsBody() bool { return true }

// HeadersReceived runs the handler.
func (x *exchange) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	of := x.connection()
	if err := x.fill(of, start, fields); err != nil {
		return x.refuse(err)
	}
	if x.serve(of.server) {
		(*response)(x).finish()
	}
	return nil
}

// serve calls the handler. It reports false if that panicked; then the
// connection is closed, for nobody knows what the response should have been.
func (x *exchange) serve(server *Server) (returned bool) {
	defer func() {
		if !returned {
			x.panicked(recover())
		}
	}()
	handler := server.handler
	if x.request.RequestURI == "*" && x.request.Method == "OPTIONS" && !server.DisableGeneralOptionsHandler {
		handler = generalOptions{}
	}
	handler.ServeHTTP((*response)(x), &x.request)
	return true
}

// panicked logs a handler's panic and closes the connection. A nil cause is
// runtime.Goexit, which takes the serving goroutine with it.
func (x *exchange) panicked(cause any) {
	if (*response)(x).abandon() {
		return // the connection is somebody else's
	}
	if cause != nil && cause != http.ErrAbortHandler {
		stack := make([]byte, 64<<10)
		stack = stack[:runtime.Stack(stack, false)]
		of := x.connection()
		of.server.log.Error("panic in a handler", slog.String("remote", of.remote),
			slog.Any("panic", cause), slog.String("stack", string(stack)))
	}
	_ = x.conn.ServerConn().Close()
}

// generalOptions answers "OPTIONS *" (RFC 9110 §9.3.7).
type generalOptions struct{}

func (generalOptions) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "0")
}

// refuse answers a request that no handler can be given.
func (x *exchange) refuse(err error) error {
	of := x.connection()
	of.server.log.Debug("bad request", "remote", of.remote, "err", err)
	(*response)(x).abandon()
	return x.conn.Reply(conn.StatusLine(http.StatusBadRequest), closing, []byte("RFC 9112 §3.2: a request target that is no URL\n"))
}

// closing is the header of a refusal, which is the last response.
var closing = func() *conn.Header {
	h := new(conn.Header)
	h.Add("Connection", "close")
	h.Add("Content-Type", "text/plain; charset=utf-8")
	return h
}()

// DataReceived gets what the handler left of the content: nothing that
// anybody wants.
func (x *exchange) DataReceived([]byte) error { return nil }

// TrailersReceived fills the request's Trailer, before Body returns io.EOF.
func (x *exchange) TrailersReceived(fields *conn.Fields) error {
	if x.request.Trailer == nil {
		x.request.Trailer = make(http.Header, fields.Len())
	}
	merge(x.request.Trailer, fields)
	return nil
}

func (x *exchange) Finish() error { return nil }

// OnConnectionClose says that the request will not be complete; the handler,
// if it still reads, has been told by Body.
func (x *exchange) OnConnectionClose(error) {}

// method returns the method's name without an allocation if it is registered.
func method(start *conn.StartLine, fields *conn.Fields) string {
	if start.Method != parser.MethodOther {
		return start.Method.String()
	}
	return fields.StringOf(start.MethodName)
}
