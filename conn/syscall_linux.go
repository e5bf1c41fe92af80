package conn

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The descriptors are of sockets in non-blocking mode, so these return at once.
// RawSyscall does not tell the scheduler, which is what makes it cheap; it is not for
// calls that move much. recv and send are read and write without the
// way through the file.

func readFD(fd int, p []byte) (int, syscall.Errno) {
	n, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), 0
}

// quietFD reports whether there is nothing to read, not even the end.
func quietFD(fd int) bool {
	var octet byte
	_, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&octet)), 1, unix.MSG_PEEK|unix.MSG_DONTWAIT, 0, 0)
	return e == syscall.EAGAIN
}

func writeFD(fd int, p []byte) (int, syscall.Errno) {
	call := syscall.RawSyscall6
	if len(p) > gatherAt {
		call = syscall.Syscall6
	}
	n, _, e := call(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), 0
}

// writeBothFD is writeFD for a and b behind it. With unix.MSG_MORE the kernel sends what fills a packet and
// keeps the rest for the next call, for 200 ms at most.
func writeBothFD(fd int, a, b []byte, flags int) (int, syscall.Errno) {
	var iov [2]unix.Iovec
	iov[0].Base = unsafe.SliceData(a)
	iov[0].SetLen(len(a))
	iov[1].Base = unsafe.SliceData(b)
	iov[1].SetLen(len(b))
	message := unix.Msghdr{Iov: &iov[0]}
	message.SetIovlen(len(iov))
	n, _, e := syscall.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&message)), uintptr(flags))
	if e != 0 {
		return 0, e
	}
	return int(n), 0
}

// writeNow sends what the socket takes of p, and returns the rest.
func writeNow(fd int, p []byte) (rest []byte, err error) {
	n, errno := writeFD(fd, p)
	return p[n:], unlessFull("write", errno)
}

// writeBothNow sends what the socket takes of a and b, and returns the rest of each.
// For more see transport.
func writeBothNow(fd int, a, b []byte, more bool) (restA, restB []byte, err error) {
	flags := unix.MSG_NOSIGNAL
	if more {
		flags |= unix.MSG_MORE
	}
	n, errno := writeBothFD(fd, a, b, flags)
	ofA := min(n, len(a))
	return a[ofA:], b[n-ofA:], unlessFull("sendmsg", errno)
}

// unlessFull returns the error of a call, if there is more to it than that the socket
// takes nothing now.
func unlessFull(call string, e syscall.Errno) error {
	if e == syscall.EAGAIN || e == syscall.EINTR {
		return nil
	}
	return systemError(call, e)
}

// shutdownFD says that nothing follows.
func shutdownFD(fd int) error {
	_, _, e := syscall.RawSyscall(unix.SYS_SHUTDOWN, uintptr(fd), syscall.SHUT_WR, 0)
	return systemError("shutdown", e)
}

// closeFD closes a socket, which does not wait for its peer.
func closeFD(fd int) error {
	_, _, e := syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0)
	return systemError("close", e)
}

// systemError is os.NewSyscallError for a number, where 0 is no error.
func systemError(call string, e syscall.Errno) error {
	if e == 0 {
		return nil
	}
	return os.NewSyscallError(call, e)
}

// peerLeft reports whether the peer has closed its side, or the connection is
// broken. Unlike a read it sees that behind octets that nobody has read.
func peerLeft(fd int) bool {
	p := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	n, err := unix.Poll(p[:], 0)
	return err == nil && n > 0 && p[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
}
