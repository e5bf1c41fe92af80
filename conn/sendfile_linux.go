package conn

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// transfer is a file, or a part of it, on its way to a socket by sendfile(2), which
// moves the file's offset by what was sent.
type transfer struct {
	file  syscall.RawConn
	part  *io.LimitedReader // nil: all of it
	sent  int64
	whole bool // there is nothing more to send
	err   error
}

// transferMost is the most octets that the system is asked to send at once.
const transferMost = 4 << 20

// newTransfer returns nil when r is no file.
func newTransfer(r io.Reader) *transfer {
	f, _ := fileOf(r)
	if f == nil {
		return nil
	}
	t := &transfer{}
	t.part, _ = r.(*io.LimitedReader)
	var err error
	if t.file, err = f.SyscallConn(); err != nil {
		return nil
	}
	return t
}

// send sends what the socket takes now. It reports whether that is all there will be:
// because it is whole, or has failed.
func (t *transfer) send(socket int) (done bool) {
	err := t.file.Control(func(file uintptr) {
		for !t.whole && t.err == nil {
			n, err := unix.Sendfile(socket, int(file), nil, t.most())
			switch {
			case n > 0:
				t.moved(int64(n))
			case err == nil:
				t.whole = true
			case err == unix.EAGAIN:
				return
			case err != unix.EINTR:
				t.err = os.NewSyscallError("sendfile", err)
			}
		}
		done = true
	})
	if err != nil {
		t.err = err
	}
	return done || err != nil
}

// most returns how many octets to ask for.
func (t *transfer) most() int {
	if t.part == nil {
		return transferMost
	}
	return int(min(max(t.part.N, 0), transferMost))
}

// moved counts n octets.
func (t *transfer) moved(n int64) {
	t.sent += n
	if t.part != nil {
		t.part.N -= n
		t.whole = t.part.N <= 0
	}
}

// refused reports whether there is something that is to be sent in another way: the
// system cannot, or believes that the file is empty, as some are that it makes up.
func (t *transfer) refused() bool {
	return t.sent == 0 && (t.err == nil || errors.Is(t.err, unix.EINVAL) || errors.Is(t.err, unix.ENOSYS) || errors.Is(t.err, unix.EOPNOTSUPP))
}

// readFrom implements transport.
func (d *raw) readFrom(r io.Reader) (sent int64, taken bool, err error) {
	nc, ok := d.nc.(*bare)
	if !ok {
		return d.stream.readFrom(r)
	}
	t := newTransfer(r)
	if t == nil {
		return 0, false, nil
	}
	rc, err := nc.SyscallConn()
	if err != nil {
		return 0, true, err
	}
	defer d.writeBy.Store(0)
	for {
		d.writeBy.Store(d.set.clock.after(d.set.WriteTimeout))
		before := t.sent
		err := rc.Write(func(fd uintptr) bool { return t.send(int(fd)) })
		switch {
		case err == nil && t.refused():
			return 0, false, nil
		case err == nil:
			return t.sent, true, t.err
		case !d.slow(t.sent > before, &err):
			return t.sent, true, err
		}
	}
}

// readFrom implements transport.
func (d *looped) readFrom(r io.Reader) (sent int64, taken bool, err error) {
	t := newTransfer(r)
	if t == nil {
		return 0, false, nil
	}
	if err := d.send(nil); err != nil { // what is parked comes first
		return 0, true, err
	}
	defer d.sc.writeBy.Store(0)
	for !t.send(d.fd) {
		d.mu.Lock()
		d.hurry()
		if err := d.awaitRoom(); err != nil {
			return t.sent, true, err
		}
	}
	if t.refused() {
		return 0, false, nil
	}
	return t.sent, true, t.err
}
