package conn

import (
	"io"
	"os"
	"syscall"
)

// fill reads what is there. It reports whether the socket had less than there was
// room for: then it is not worth asking again.
func (sc *ServerConn) fill(fd int) (dry bool) {
	p := sc.in.room()
	n, errno := readFD(fd, p)
	switch {
	case n > 0:
		sc.in.fed(n)
		return n < len(p)
	case errno == syscall.EAGAIN:
		return true
	case errno == syscall.EINTR:
	case errno == 0:
		sc.peerClosed(io.EOF)
	default:
		sc.peerClosed(os.NewSyscallError("read", errno))
	}
	return false
}
