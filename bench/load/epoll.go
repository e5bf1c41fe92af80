package load

import (
	"encoding/binary"
	"net"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls below go to the kernel without telling Go's scheduler: the loop is
// alone on its thread, and the notice costs more than the calls do.

// sendNow sends without waiting.
func sendNow(fd int, b []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	return int(n), errno
}

// receiveNow receives without waiting.
func receiveNow(fd int, b []byte, flags int) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		uintptr(flags|unix.MSG_DONTWAIT), 0, 0)
	return int(n), errno
}

// wait waits for events, at most for d: to the nanosecond, which an open loop needs.
func (l *loop) wait(d time.Duration) (int, syscall.Errno) {
	timeout := unix.NsecToTimespec(int64(max(d, 0)))
	n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT2, uintptr(l.epoll), uintptr(unsafe.Pointer(&l.events[0])),
		uintptr(len(l.events)), uintptr(unsafe.Pointer(&timeout)), 0, 0)
	if errno == unix.EINTR {
		return 0, 0
	}
	return int(n), errno
}

// lastOctetIPv4 is where the last octet of an IPv4 address stands in a socket address.
const lastOctetIPv4 = 7

// socketAddress lays an address out as the kernel wants it.
func socketAddress(a *net.TCPAddr) (family int, raw []byte) {
	if ip := a.IP.To4(); ip != nil {
		raw = binary.NativeEndian.AppendUint16(raw, unix.AF_INET)
		raw = binary.BigEndian.AppendUint16(raw, uint16(a.Port))
		raw = append(raw, ip...)
		return unix.AF_INET, append(raw, make([]byte, unix.SizeofSockaddrInet4-len(raw))...)
	}
	raw = binary.NativeEndian.AppendUint16(raw, unix.AF_INET6)
	raw = binary.BigEndian.AppendUint16(raw, uint16(a.Port))
	raw = append(raw, 0, 0, 0, 0) // flow information
	raw = append(raw, a.IP.To16()...)
	return unix.AF_INET6, append(raw, make([]byte, unix.SizeofSockaddrInet6-len(raw))...)
}

// connectNow begins to connect fd, which does not block.
func connectNow(fd int, address []byte) syscall.Errno {
	_, _, errno := syscall.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&address[0])), uintptr(len(address)))
	if errno == unix.EINPROGRESS {
		return 0
	}
	return errno
}

// bindNow gives fd a local address.
func bindNow(fd int, address []byte) {
	syscall.RawSyscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&address[0])), uintptr(len(address)))
}

// optionNow sets a socket option that it is no harm to go without.
func optionNow(fd, level, option int, value int32) {
	syscall.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(option), uintptr(unsafe.Pointer(&value)), unsafe.Sizeof(value), 0)
}

// closeNow closes a socket that does not linger.
func closeNow(fd int) {
	syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
}
