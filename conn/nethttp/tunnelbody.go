package nethttp

import (
	"io"
	"net"
	"sync"
)

// tunnelBody is the Body of a response after which the connection is no longer
// HTTP's: it reads from it and writes to it (io.ReadWriteCloser).
type tunnelBody struct {
	*responseBody
	once  sync.Once
	nc    net.Conn
	early []byte // octets that came behind the head
	err   error
}

// open takes the connection over.
func (b *tunnelBody) open() error {
	b.once.Do(func() { b.nc, b.early, b.err = b.resp.Detach() })
	return b.err
}

func (b *tunnelBody) Read(p []byte) (int, error) {
	if err := b.open(); err != nil {
		return 0, err
	}
	if len(b.early) > 0 {
		n := copy(p, b.early)
		b.early = b.early[n:]
		return n, nil
	}
	return b.nc.Read(p)
}

func (b *tunnelBody) Write(p []byte) (int, error) {
	if err := b.open(); err != nil {
		return 0, err
	}
	return b.nc.Write(p)
}

// WriteTo hides that of content: there is none.
func (b *tunnelBody) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{b})
}

// CloseWrite ends what is written, and leaves reading alone.
func (b *tunnelBody) CloseWrite() error {
	if err := b.open(); err != nil {
		return err
	}
	if half, ok := b.nc.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

func (b *tunnelBody) Close() error {
	if err := b.open(); err != nil {
		return b.resp.Close()
	}
	return b.nc.Close()
}
