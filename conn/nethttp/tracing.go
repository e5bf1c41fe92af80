package nethttp

import (
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"net/textproto"
	"strings"

	"github.com/h1wire/h1wire/conn"
)

// traced has the request's httptrace told what happens. What concerns dialling and
// name resolution a net.Dialer tells it by itself.
func (o *outgoing) traced() {
	to := o.trace
	t := &conn.Trace{GetConn: to.GetConn, FirstResponseByte: to.GotFirstResponseByte, PutIdle: to.PutIdleConn, TLSStart: to.TLSHandshakeStart}
	if to.GotConn != nil {
		t.GotConn = func(nc net.Conn, reused bool) {
			to.GotConn(httptrace.GotConnInfo{Conn: nc, Reused: reused, WasIdle: reused})
		}
	}
	if to.TLSHandshakeDone != nil {
		t.TLSDone = func(state tls.ConnectionState, err error) { to.TLSHandshakeDone(state, err) }
	}
	t.WroteHeaders = o.wroteHeaders
	if to.WroteRequest != nil {
		t.WroteRequest = func(err error) { to.WroteRequest(httptrace.WroteRequestInfo{Err: err}) }
	}
	o.wire.Trace = t
	o.wire.Informational = o.informational
}

// wroteHeaders tells of each field, of the whole, and of the wait for 100 (Continue).
func (o *outgoing) wroteHeaders(head []byte) {
	to := o.trace
	if to.WroteHeaderField != nil {
		lines := strings.Split(string(head), "\r\n")
		for _, line := range lines[1:] {
			if name, value, ok := strings.Cut(line, ": "); ok {
				to.WroteHeaderField(name, []string{value})
			}
		}
	}
	if to.WroteHeaders != nil {
		to.WroteHeaders()
	}
	if to.Wait100Continue != nil && o.request.Header["Expect"] != nil && o.wire.Body != nil {
		to.Wait100Continue()
	}
}

// informational tells of a response with status 1xx.
func (o *outgoing) informational(start *conn.StartLine, fields *conn.Fields) error {
	if start.Status == 100 && o.trace.Got100Continue != nil {
		o.trace.Got100Continue()
	}
	if o.trace.Got1xxResponse == nil {
		return nil
	}
	h := make(textproto.MIMEHeader, fields.Len())
	for name, value := range fields.All() {
		h.Add(string(name), string(value))
	}
	return o.trace.Got1xxResponse(start.Status, h)
}
