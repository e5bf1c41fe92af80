package conn

// window is the octets that have arrived and are not used up: b[r:w] of the
// reader's buffer. Octets are taken off its front; what was taken stays where it
// is until space makes room.
type window struct {
	rd   *reader // nil when nothing is buffered and no message is under way
	r, w int
}

func (win *window) len() int { return win.w - win.r }

// bytes returns the unused octets.
func (win *window) bytes() []byte {
	if win.rd == nil {
		return nil
	}
	return win.rd.buf[win.r:win.w:win.w]
}

// take drops the first n octets.
func (win *window) take(n int) { win.r += n }

// drop empties the window.
func (win *window) drop() { win.r, win.w = 0, 0 }

// space returns room for at least one octet behind the window, for pending
// octets if that is known: every slice of the buffer that was handed out is
// invalid from here on.
func (win *window) space(pending uint64) []byte {
	if win.rd == nil {
		win.rd = getReader()
	}
	switch {
	case win.r == win.w:
		win.drop()
		if pending > bulkFrom && len(win.rd.buf) < bulkSize {
			win.rd.swap(getBulk())
		} else if pending <= readSize && len(win.rd.buf) > readSize {
			win.rd.swap(win.rd.own[:])
		}
	case len(win.rd.buf)-win.w >= len(win.rd.buf)/4: // enough
	case win.r > 0:
		win.w = copy(win.rd.buf, win.rd.buf[win.r:win.w])
		win.r = 0
	}
	if win.w == len(win.rd.buf) { // a head larger than the buffer; its limit bounds this
		var larger []byte
		if win.w < bulkSize {
			larger = getBulk()
		} else {
			larger = getHuge(2 * win.w)
		}
		copy(larger, win.rd.buf[:win.w])
		win.rd.swap(larger)
	}
	return win.rd.buf[win.w:]
}

// fed says that n octets were put into what space returned.
func (win *window) fed(n int) { win.w += n }

// feed appends octets that came by another way.
func (win *window) feed(p []byte) {
	for len(p) > 0 {
		n := copy(win.space(0), p)
		win.fed(n)
		p = p[n:]
	}
}

// release gives the buffer back if it is empty.
func (win *window) release() {
	if win.rd != nil && win.r == win.w {
		win.rd.release()
		*win = window{}
	}
}

// forget empties the window. What was read in part must not be gone on with by
// the next who gets the reader.
func (win *window) forget() {
	if win.rd != nil {
		win.rd.head.Reset()
	}
	win.drop()
}

// discard gives the buffer back, whatever it holds.
func (win *window) discard() {
	win.forget()
	win.release()
}
