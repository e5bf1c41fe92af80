package conn

import (
	"crypto/tls"
	"net"
)

// Trace has functions that are told what happens to a request; any may be nil.
// They are called by the goroutine that does the work, and should return soon.
// A request that is sent again has each of them called again.
type Trace struct {
	// GetConn: a connection is wanted. GotConn: here it is; reused says that
	// it had been kept alive.
	GetConn func(addr string)
	GotConn func(nc net.Conn, reused bool)

	// PutIdle: the connection is kept for the next request. err says why not.
	PutIdle func(err error)

	ConnectStart func(network, addr string)
	ConnectDone  func(network, addr string, err error)
	TLSStart     func()
	TLSDone      func(state tls.ConnectionState, err error)

	// WroteHeaders: the head is ready to be sent; it is valid until the call
	// returns, and only to be read. WroteRequest: so is all of the request, or it
	// never will be.
	WroteHeaders func(head []byte)
	WroteRequest func(err error)

	// FirstResponseByte: the head of the response has arrived.
	FirstResponseByte func()
}

// none stands for a Trace that nobody set.
var none Trace

func (r *Request) trace() *Trace {
	if r.Trace == nil {
		return &none
	}
	return r.Trace
}
