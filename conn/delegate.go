package conn

// MessageDelegate receives one message: a request on a server, a response on a
// client. The calls of one connection never overlap, and each happens before the
// next; they need not all come from one goroutine. A call may block; nothing more
// is read from the peer until it returns, which is all the back-pressure there is.
//
// After HeadersReceived exactly one of Finish and OnConnectionClose follows, or
// neither when the connection was detached. An error that a callback returns,
// like a panic, closes the connection.
type MessageDelegate interface {
	// HeadersReceived gets the head. start and fields, and every slice they
	// return, are valid until it returns; strings are safe for ever.
	HeadersReceived(start *StartLine, fields *Fields) error

	// DataReceived gets a piece of the content, at most Params.ChunkSize
	// octets and never empty. p is valid until it returns, and has no spare
	// capacity: an append copies.
	DataReceived(p []byte) error

	// Finish says that the message has been received entirely. On a server the
	// response may be complete by then, or be written here, or later from any
	// goroutine.
	Finish() error

	// OnConnectionClose says that the message will never be complete, and why.
	// On a server that is also what follows a response that was complete before
	// the content of its request was delivered: the rest is dropped, and the
	// connection goes on if it was said to, and that has begun to come and is at
	// most 256 KiB.
	OnConnectionClose(err error)
}

// TrailerDelegate is a [MessageDelegate] that wants the trailer section (RFC
// 9110 §6.5). fields is valid until the call returns. The call comes before
// Finish, and only when there is a trailer field.
type TrailerDelegate interface {
	TrailersReceived(fields *Fields) error
}

// InformationalDelegate is a client's [MessageDelegate] that wants responses
// with status 1xx (RFC 9110 §15.2), but 101. They come before HeadersReceived.
// start and fields are valid until the call returns.
type InformationalDelegate interface {
	InformationalReceived(start *StartLine, fields *Fields) error
}

// PullDelegate is a server's [MessageDelegate] whose HeadersReceived runs the
// whole handler and takes the content itself, by [Conn.Read], when PullsBody
// says so. What it leaves unread of the content when HeadersReceived returns
// with the response unfinished goes to DataReceived. An error of Read that it
// returns, wrapped or not, is the request's: it is answered as if the content had
// not been pulled, where no response has begun.
type PullDelegate interface {
	MessageDelegate
	PullsBody() bool
}

// ServerDelegate makes the delegate of each request of a connection. One
// ServerDelegate usually serves all connections of a [Server], so its methods
// are called from many goroutines.
type ServerDelegate interface {
	// StartRequest is called when a request head has been read. c is the handle
	// for the response; it may be copied, kept, and used from any goroutine, and
	// refuses with [ErrFinished] once its exchange is over. The result is not nil.
	StartRequest(sc *ServerConn, c Conn) MessageDelegate

	// OnClose is called once, when the serving loop of sc has ended.
	OnClose(sc *ServerConn)
}
