package conn

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// pump is the transport of a client over TCP. It differs from stream in one
// thing: a request that is ready as a whole is written, and its response waited
// for, inside one callback of the poller. A Read would first try to read, in vain,
// for nothing can be there yet; that system call is a tenth of an exchange.
//
// The poller forgets an edge that came before the callback was entered. So this is
// only for a request of which nothing was sent before, and the first one under
// way; and if no answer comes within a tick or two the clock wakes us, to look
// whether it was the peer's leaving that was forgotten.
type pump struct {
	stream
	rc   syscall.RawConn
	step func(fd uintptr) bool // a method value, made once

	o       *outbound // what is to be written first; nil when it has been
	in      *inbound  // where octets go; it needs a buffer only when there are some
	n       int
	errno   syscall.Errno
	partial bool // not all of it could be written
}

// newTransport returns the transport of a client's connection. What only looks
// like a socket, for it embeds one, has a Read and a Write of its own.
func newTransport(l *link) transport {
	var socket syscall.Conn
	switch nc := l.nc.(type) {
	case *net.TCPConn:
		socket = nc
	case *net.UnixConn:
		socket = nc
	default:
		return stream{l}
	}
	rc, err := socket.SyscallConn()
	if err != nil {
		return stream{l}
	}
	x := &pump{stream: stream{l}, rc: rc}
	x.step = x.exchange
	return x
}

// probe wakes the reader, which then reads as stream does.
func (x *pump) probe() {
	x.idle.Store(idleNot)
	x.wakeReader()
}

// request sends what o has ready, whose lock is held, unlocks it, and reads into
// the window of in.
func (x *pump) request(o *outbound, in *inbound) (int, error) {
	x.o, x.in, x.n, x.errno, x.partial = o, in, 0, 0, false
	x.idle.Store(idleFresh)
	err := x.rc.Read(x.step)
	x.idle.Store(idleNot)
	switch {
	case x.o != nil: // not even entered, or not everything went at once
		x.o = nil
		_ = o.flush()
		o.release()
		o.mu.Unlock()
		return x.stream.read(in.room())
	case errors.Is(err, os.ErrDeadlineExceeded):
		_ = x.nc.SetReadDeadline(noDeadline) // first clear, then look
		return 0, errWoken
	case err != nil:
		return 0, err
	case x.errno != 0:
		return 0, os.NewSyscallError("read", x.errno)
	case x.n == 0:
		return x.stream.read(in.room()) // io.EOF, in the words of the net.Conn
	}
	return x.n, nil
}

// exchange is the callback. It returns false to wait until the socket is readable.
func (x *pump) exchange(fd uintptr) bool {
	if o := x.o; o != nil && !x.partial {
		n, _ := writeFD(int(fd), o.buf.b)
		x.sent.Add(int64(n))
		if n < len(o.buf.b) {
			o.buf.b = o.buf.b[:copy(o.buf.b, o.buf.b[n:])]
			x.partial = true
			return true
		}
		x.o = nil
		o.buf.b = o.buf.b[:0]
		o.release()
		o.mu.Unlock()
		return false
	}
	p := x.in.room()
	for {
		x.n, x.errno = readFD(int(fd), p)
		switch x.errno {
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			return true
		}
	}
}
