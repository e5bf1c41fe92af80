package conn

import (
	"io"
	"net"
	"os"
)

// fileOf returns the file that r reads, and how much of it, -1 for all.
func fileOf(r io.Reader) (f *os.File, n int64) {
	n = -1
	if l, ok := r.(*io.LimitedReader); ok {
		r, n = l.R, l.N
	}
	f, _ = r.(*os.File)
	return f, n
}

func isFile(r io.Reader) bool {
	f, _ := fileOf(r)
	return f != nil
}

// readFrom leaves it to the net.Conn, if it can: a *net.TCPConn has sendfile(2).
// A peer that is slow, but reads, may take as long as it takes: whenever
// WriteTimeout has passed with progress, it goes on from there.
func (s stream) readFrom(r io.Reader) (sent int64, taken bool, err error) {
	tcp, ok := s.nc.(*net.TCPConn)
	if !ok {
		return 0, false, nil
	}
	file, most := fileOf(r)
	start, seekErr := int64(0), error(os.ErrInvalid)
	if file != nil {
		start, seekErr = file.Seek(0, io.SeekCurrent)
	}
	defer s.writeBy.Store(0)
	for {
		s.writeBy.Store(s.set.clock.after(s.set.WriteTimeout))
		n, err := tcp.ReadFrom(r)
		s.sent.Add(n)
		sent += n
		if err == nil {
			return sent, true, nil
		}
		if !s.slow(n > 0, &err) || seekErr != nil {
			return sent, true, err
		}
		// What was read of the file, and what was sent, may differ.
		if _, err := file.Seek(start+sent, io.SeekStart); err != nil {
			return sent, true, err
		}
		if most >= 0 {
			r = &io.LimitedReader{R: file, N: most - sent}
		}
	}
}
