// Command floor is no HTTP server. It answers every empty line that it receives
// with one fixed response, from one epoll loop, without looking at anything
// else: what the system calls alone cost. No server can be faster on GET
// /plaintext; how far one is above this is what its HTTP costs.
//
// It is also what the load generator and the clients are tried against.
package main

import (
	"bytes"
	"log"
	"net"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

const (
	readBuffer   = 64 << 10
	maxResponses = readBuffer / 4
)

func main() {
	o := endpoint.Flags()
	l := o.Listen().(*net.TCPListener)
	f, err := l.File()
	if err != nil {
		log.Fatal(err)
	}
	err = serve(int(f.Fd()))
	runtime.KeepAlive(f) // its finalizer closes the descriptor
	log.Fatal(err)
}

// response returns n responses in a row; their Date is that of the start.
func response(n int) []byte {
	one := "HTTP/1.1 200 OK\r\nServer: floor\r\nDate: " + time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") +
		"\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n" + endpoint.Plaintext
	return bytes.Repeat([]byte(one), n)
}

// serve never returns but for an error. Its system calls bypass Go's
// scheduler: there is nothing else to run.
func serve(listener int) error {
	if err := unix.SetNonblock(listener, true); err != nil {
		return err
	}
	epoll, err := unix.EpollCreate1(0)
	if err != nil {
		return err
	}
	if err := watch(epoll, listener); err != nil {
		return err
	}
	responses := response(maxResponses)
	size := len(responses) / maxResponses
	tails := make(tails, 1<<16)
	events := make([]unix.EpollEvent, 512)
	buf := make([]byte, readBuffer)
	for {
		n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), ^uintptr(0), 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return errno
		}
		for _, e := range events[:n] {
			fd := int(e.Fd)
			if fd == listener {
				accept(epoll, listener)
				continue
			}
			n, _, errno := syscall.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
			if errno == unix.EAGAIN {
				continue
			}
			if errno != 0 || n == 0 {
				unix.Close(fd)
				continue
			}
			requests := tails.count(fd, buf[:n])
			if requests == 0 {
				continue
			}
			// A peer that does not read its responses is dropped.
			w, _, errno := syscall.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&responses[0])), uintptr(requests*size))
			if errno != 0 || int(w) < requests*size {
				unix.Close(fd)
			}
		}
	}
}

// tails holds for each descriptor how many octets of an empty line its last
// read ended with.
type tails []uint8

// count returns how many empty lines end in b, which came from fd.
func (t tails) count(fd int, b []byte) (n int) {
	const empty = "\r\n\r\n"
	if had := int(t[fd]); had > 0 && bytes.HasPrefix(b, []byte(empty[had:])) {
		n++
		b = b[len(empty)-had:]
	}
	n += bytes.Count(b, []byte(empty))
	t[fd] = 0
	for k := len(empty) - 1; k > 0; k-- {
		if bytes.HasSuffix(b, []byte(empty[:k])) && !bytes.HasSuffix(b, []byte(empty)) {
			t[fd] = uint8(k)
			break
		}
	}
	return n
}

func watch(epoll, fd int) error {
	return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

// accept takes all connections that wait.
func accept(epoll, listener int) {
	for {
		fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		if watch(epoll, fd) != nil {
			unix.Close(fd)
		}
	}
}
