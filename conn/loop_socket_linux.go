package conn

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// A looped is the net.Conn of its ServerConn.

func (d *looped) Read(p []byte) (int, error)       { return d.read(p) }
func (d *looped) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (d *looped) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (d *looped) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

func (d *looped) Write(p []byte) (int, error) {
	if err := d.write(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite says that nothing follows, behind what is parked.
func (d *looped) CloseWrite() error {
	if d.rest.Load() != nil {
		o := &d.sc.out
		o.mu.Lock()
		err := d.send(nil)
		o.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return shutdownFD(d.fd)
}

// Close gives the descriptor up, and what is parked.
func (d *looped) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	d.closed = true
	if d.armed != 0 { // a duplicate may live on, of which epoll would tell for ever
		_ = unix.EpollCtl(d.loop.epoll, unix.EPOLL_CTL_DEL, d.fd, nil)
		d.armed = 0
	}
	if d.loop != nil { // before the number can be another's
		d.sc.server.loops.table.set(d.fd, nil)
	}
	if rest := d.rest.Swap(nil); rest != nil {
		rest.release()
	}
	return closeFD(d.fd)
}

// detach hands over a net.Conn made for a duplicate of the descriptor.
func (d *looped) detach() (net.Conn, error) {
	if err := d.send(nil); err != nil {
		return nil, err
	}
	nc, err := netConnOf(d.fd)
	if err != nil {
		return nil, err
	}
	d.sc.set.clock.remove(&d.sc.link)
	d.sc.handed = true
	return nc, d.Close()
}
