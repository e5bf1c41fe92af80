package load

import (
	"bytes"
	"strconv"
)

// fault is a way in which an exchange goes wrong.
type fault uint8

const (
	noFault      fault = iota
	faultConnect       // the connection could not be made
	faultSend          // the request could not be sent
	faultClosed        // the server closed before the response was complete
	faultLinger        // one request per connection, and the server did not close
	faultHead          // the response head is malformed
	faultStatus        // not the status expected
	faultLength        // not the length expected
	faultContent       // not the content expected
	faultSurplus       // octets after the last response
	faultTimeout       // no progress
	faults
)

var faultNames = [faults]string{"", "connect", "send", "closed", "not closed", "malformed", "status", "length", "content", "surplus", "timeout"}

const (
	dateLength = len("Mon, 02 Jan 2006 15:04:05 GMT")
	maxHead    = 64 << 10
	// A response up to this size is compared whole with one that passed.
	maxWhole = 4 << 10
)

// expectation is what all responses of a run must be. It remembers one
// response that passed: the next ones, equal but for the value of Date, are
// then checked by two comparisons instead of being parsed.
type expectation struct {
	status int
	length int64 // negative until the first response
	body   []byte
	noBody bool // responses to HEAD

	seen []byte // a response that passed, or its head alone when it is long
	date int    // where the value of Date begins in seen; len(seen): no Date
	rest int64  // octets of the body that follow seen
}

// match returns the length of seen when b begins with an equal response.
func (e *expectation) match(b []byte) int {
	n := len(e.seen)
	if n == 0 || len(b) < n {
		return 0
	}
	after := min(e.date+dateLength, n)
	if !bytes.Equal(b[:e.date], e.seen[:e.date]) || !bytes.Equal(b[after:n], e.seen[after:]) {
		return 0
	}
	return n
}

// learn remembers the response that b begins with; head is the length of its
// head, length that of its body.
func (e *expectation) learn(b []byte, head int, length int64) {
	whole := head
	if total := int64(head) + length; total <= maxWhole {
		if total > int64(len(b)) {
			return // it came in parts; the next one may come whole
		}
		whole = int(total)
	}
	e.seen = append(e.seen[:0], b[:whole]...)
	e.rest = int64(head) + length - int64(whole)
	e.date = len(e.seen)
	if i := bytes.Index(e.seen[:head], []byte("\r\nDate: ")); i >= 0 {
		e.date = i + len("\r\nDate: ")
	}
}

type phase uint8

const (
	inHead phase = iota
	inFixed
	inChunkSize
	inChunk
	inChunkEnd
	inTrailers
	untilClose
)

// responses reads the responses of one connection.
type responses struct {
	want  *expectation
	phase phase
	part  []byte // an incomplete head or line
	left  int64  // octets that the body or the chunk still has
	off   int64  // octets of content so far
}

// take consumes b and returns how many responses it completed.
func (r *responses) take(b []byte) (done int, f fault) {
	for len(b) > 0 {
		var n int
		switch r.phase {
		case inHead:
			if len(r.part) == 0 {
				if n = r.want.match(b); n > 0 {
					if r.left = r.want.rest; r.left > 0 {
						r.phase, r.off = inFixed, 0
					} else {
						done++
					}
					break
				}
			}
			var complete bool
			n, complete, f = r.head(b)
			if complete {
				done++
			}
		case inFixed:
			n, f = r.content(b)
			if r.left == 0 {
				r.phase = inHead
				done++
			}
		case untilClose:
			r.left = int64(len(b))
			n, f = r.content(b)
		default:
			var complete bool
			n, complete, f = r.chunked(b)
			if complete {
				r.phase = inHead
				done++
			}
		}
		if f != noFault {
			return done, f
		}
		b = b[n:]
	}
	return done, noFault
}

// skip accounts for n octets of a fixed-length body that were not looked at.
func (r *responses) skip(n int64) (done int) {
	r.left -= n
	r.off += n
	if r.left == 0 {
		r.phase = inHead
		return 1
	}
	return 0
}

// eof says whether the connection may end here, and whether that completes a response.
func (r *responses) eof() (done int, f fault) {
	switch {
	case r.phase == untilClose:
		r.phase = inHead
		if r.want.length >= 0 && r.off != r.want.length {
			return 0, faultLength
		}
		r.want.length = r.off
		return 1, noFault
	case r.phase == inHead && len(r.part) == 0:
		return 0, noFault
	}
	return 0, faultClosed
}

// line returns the octets up to and with the next end, gathered over several
// calls if need be, and how many of b it used. It is nil when there is no end yet.
func (r *responses) line(b []byte, end string) (line []byte, n int, f fault) {
	if len(r.part) == 0 {
		if i := bytes.Index(b, []byte(end)); i >= 0 {
			return b[:i+len(end)], i + len(end), noFault
		}
	}
	had := len(r.part)
	r.part = append(r.part, b...)
	if i := bytes.Index(r.part[max(0, had-len(end)):], []byte(end)); i >= 0 {
		line = r.part[:max(0, had-len(end))+i+len(end)]
		r.part = r.part[:0]
		return line, len(line) - had, noFault
	}
	if len(r.part) > maxHead {
		return nil, 0, faultHead
	}
	return nil, len(b), noFault
}

// head parses a response head, which need not be complete.
func (r *responses) head(b []byte) (n int, complete bool, f fault) {
	head, n, f := r.line(b, "\r\n\r\n")
	if head == nil {
		return n, false, f
	}
	h, ok := parseHead(head)
	switch {
	case !ok:
		return n, false, faultHead
	case h.status/100 == 1 && h.status != 101:
		return n, false, noFault
	case h.status != r.want.status:
		return n, false, faultStatus
	}
	r.off = 0
	switch {
	case r.want.noBody || h.status == 204 || h.status == 304:
		return n, true, noFault
	case h.chunked:
		r.phase = inChunkSize
		return n, false, noFault
	case h.length < 0:
		r.phase = untilClose
		return n, false, noFault
	}
	if r.want.length >= 0 && h.length != r.want.length {
		return n, false, faultLength
	}
	r.want.length = h.length
	if r.left = h.length; r.left > 0 {
		r.phase = inFixed
	}
	// A whole response right here is checked now and remembered.
	if have := int64(len(b) - n); n == len(head) && (have >= h.length || int64(n)+h.length > maxWhole) {
		body := b[n:min(int64(len(b)), int64(n)+h.length)]
		if r.want.body != nil && !bytes.HasPrefix(r.want.body, body) {
			return n, false, faultContent
		}
		r.want.learn(b, n, h.length)
	}
	return n, h.length == 0, noFault
}

// content compares the next octets of the body with what is expected.
func (r *responses) content(b []byte) (n int, f fault) {
	n = int(min(r.left, int64(len(b))))
	if want := r.want.body; want != nil {
		if end := r.off + int64(n); end > int64(len(want)) || !bytes.Equal(b[:n], want[r.off:end]) {
			return n, faultContent
		}
	}
	r.left -= int64(n)
	r.off += int64(n)
	return n, noFault
}

// chunked decodes the next part of a chunked body: a line or data.
func (r *responses) chunked(b []byte) (n int, complete bool, f fault) {
	if r.phase == inChunk {
		if n, f = r.content(b); r.left == 0 {
			r.phase = inChunkEnd
		}
		return n, false, f
	}
	line, n, f := r.line(b, "\r\n")
	if line == nil {
		return n, false, f
	}
	line = line[:len(line)-2]
	switch r.phase {
	case inChunkSize:
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseUint(string(bytes.TrimRight(digits, " \t")), 16, 62)
		if err != nil {
			return n, false, faultHead
		}
		if r.left = int64(size); size > 0 {
			r.phase = inChunk
		} else {
			r.phase = inTrailers
		}
	case inChunkEnd:
		if len(line) > 0 {
			return n, false, faultHead
		}
		r.phase = inChunkSize
	case inTrailers:
		if len(line) > 0 {
			return n, false, noFault
		}
		if r.want.length >= 0 && r.off != r.want.length {
			return n, false, faultLength
		}
		r.want.length = r.off
		return n, true, noFault
	}
	return n, false, noFault
}

// responseHead is what matters of a response head.
type responseHead struct {
	status  int
	length  int64 // negative: no Content-Length
	chunked bool
}

func parseHead(b []byte) (h responseHead, ok bool) {
	h.length = -1
	if len(b) < len("HTTP/1.1 200\r\n\r\n") || !bytes.HasPrefix(b, []byte("HTTP/1.")) || b[8] != ' ' {
		return h, false
	}
	status, err := strconv.ParseUint(string(b[9:12]), 10, 16)
	if err != nil || status < 100 {
		return h, false
	}
	h.status = int(status)
	lines := b[bytes.Index(b, []byte("\r\n"))+2:]
	for len(lines) > 2 {
		i := bytes.Index(lines, []byte("\r\n"))
		name, value, found := bytes.Cut(lines[:i], []byte(":"))
		if !found || len(name) == 0 {
			return h, false
		}
		lines, value = lines[i+2:], bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			n, err := strconv.ParseUint(string(value), 10, 62)
			if err != nil || h.length >= 0 && h.length != int64(n) {
				return h, false
			}
			h.length = int64(n)
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			h.chunked = bytes.EqualFold(value, []byte("chunked"))
		}
	}
	return h, true
}
