package nethttp

import "io"

// ReadFrom implements io.ReaderFrom: from a file to a plain TCP connection, when
// the length is known, the kernel copies.
func (w *response) ReadFrom(r io.Reader) (int64, error) {
	total := int64(0)
	for !w.streams() {
		n, err := w.step(r)
		total += n
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
	n, err := w.stream(r)
	return total + n, err
}

// streams reports whether what comes may go to the connection without looking at
// it: the head has been sent, or needs nothing of the content.
func (w *response) streams() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open() != nil || !w.allowsContent(int(w.status)) || w.head {
		return false
	}
	return w.phase == sending || w.scratch.length >= 0 && !w.scratch.sniffs
}

// step copies one piece of r by Write.
func (w *response) step(r io.Reader) (int64, error) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	n, err := r.Read(s.octets[:])
	if n > 0 {
		written, failed := w.Write(s.octets[:n])
		if failed != nil {
			return int64(written), failed
		}
	}
	return int64(n), err
}

// stream has the connection take the rest of r.
func (w *response) stream(r io.Reader) (int64, error) {
	w.mu.Lock()
	if err := w.open(); err != nil {
		w.mu.Unlock()
		return 0, err
	}
	if err := w.spill(); err != nil {
		w.mu.Unlock()
		return 0, err
	}
	left := w.scratch.length - w.scratch.written
	declared := w.scratch.length >= 0
	w.mu.Unlock()
	if l, ok := r.(*io.LimitedReader); declared && (!ok || l.N > left) {
		r = io.LimitReader(r, left)
	}
	n, err := w.conn.ReadFrom(r)
	w.mu.Lock()
	if w.scratch != nil { // the exchange is not over
		w.scratch.written += n
	}
	w.mu.Unlock()
	return n, err
}
