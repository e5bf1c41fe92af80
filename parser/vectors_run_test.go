package parser_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

// reader runs vectors. It keeps its heads from one to the next: what a message
// leaves behind must not show in another.
type reader struct {
	request  parser.RequestHead
	response parser.ResponseHead
	chunked  parser.ChunkedBody
	trailers parser.FieldSection

	v      vector
	octets []byte // the vector's; a lenient parser may overwrite folds
	cuts   []int  // how many octets have come at each read
	reads  int    // how many there were
	events []string
}

// run feeds the octets of v, cuts[i] of them at the i-th read, and returns what
// the parser reports, a line for each thing.
func (r *reader) run(v vector, cuts []int) []string {
	r.v, r.cuts, r.reads, r.events = v, cuts, 0, nil
	r.octets = slices.Clone(v.octets)
	r.chunked.Reset()
	end, done := 0, false
	switch v.kind {
	case "request":
		end, done = r.readRequest()
	case "response":
		end, done = r.readResponse()
	case "chunked":
		end, done = r.readChunked(0)
	case "trailers":
		end, done = r.readTrailers(0)
	}
	if done && end != v.end {
		r.report("the message ends at octet %d, not at %d", end, v.end)
	}
	return r.events
}

func (r *reader) report(format string, a ...any) {
	r.events = append(r.events, fmt.Sprintf(format, a...))
}

// window returns the octets from an offset on that have come so far, in memory
// of their own with nothing behind: the parser can neither keep what it was
// given before, nor read on.
func (r *reader) window(from int) []byte {
	return slices.Clip(slices.Clone(r.octets[from:r.cuts[r.reads]]))
}

// more reads on, and is false when there is no more.
func (r *reader) more() bool {
	if r.reads+1 == len(r.cuts) {
		r.report("incomplete")
		return false
	}
	r.reads++
	return true
}

// parse calls a Parse method from an offset on until it has a result. It returns
// the buffer of the last call and the length.
func (r *reader) parse(from int, parse func([]byte, *parser.Options) (int, error)) (b []byte, n int) {
	for {
		b = r.window(from)
		n, err := parse(b, &r.v.options)
		copy(r.octets[from:], b)
		switch {
		case err != nil:
			r.fault(from, err)
			return nil, 0
		case n > 0:
			return b, n
		case !r.more():
			return nil, 0
		}
	}
}

// fault reports an error of a buffer that began at an offset.
func (r *reader) fault(from int, err error) {
	e, ok := err.(*parser.Error)
	if !ok {
		r.report("error of type %T: %v", err, err)
		return
	}
	r.report("error %s %d %s at octet %d", codeName(e.Code), e.Status(), e.Section(), from+e.Offset)
}

func (r *reader) readRequest() (end int, done bool) {
	h := &r.request
	defer h.Reset()
	b, n := r.parse(0, h.Parse)
	if n == 0 {
		return 0, false
	}
	authority, err := h.Authority(b)
	if err != nil {
		r.fault(0, err)
		return 0, false
	}
	framing, err := h.Framing(b)
	if err != nil {
		r.fault(0, err)
		return 0, false
	}
	r.report("request %s %s %s", escape(h.MethodName.Bytes(b)), escape(h.Target.Bytes(b)), h.Version)
	if h.Method == parser.MethodOther {
		r.report("method not registered")
	}
	r.fields("field", &h.Fields, b)
	r.report("%s", strings.TrimSuffix("authority "+escape(authority), " "))
	r.connection(h.KeepAlive(b))
	switch h.Expectation(b) {
	case parser.ExpectContinue:
		r.report("expect 100-continue")
	case parser.ExpectUnknown:
		r.report("expect unknown")
	}
	return r.readBody(n, framing)
}

func (r *reader) readResponse() (end int, done bool) {
	h := &r.response
	defer h.Reset()
	b, n := r.parse(0, h.Parse)
	if n == 0 {
		return 0, false
	}
	framing, err := h.Framing(b, r.v.method)
	if err != nil {
		r.fault(0, err)
		return 0, false
	}
	line := fmt.Sprintf("response %s %d %s", h.Version, h.Status, escape(h.Reason.Bytes(b)))
	r.report("%s", strings.TrimSuffix(line, " "))
	r.fields("field", &h.Fields, b)
	r.connection(h.KeepAlive(b))
	return r.readBody(n, framing)
}

func (r *reader) connection(keepAlive bool) {
	if keepAlive {
		r.report("connection keep-alive")
	} else {
		r.report("connection close")
	}
}

// fields reports every field line, and checks that all ways to a field agree.
func (r *reader) fields(label string, f *parser.FieldSection, b []byte) {
	i := 0
	for name, value := range f.All(b) {
		line := f.Line(i)
		if string(line.Name.Bytes(b)) != string(name) || string(line.Value.Bytes(b)) != string(value) {
			r.report("Line(%d) differs from All", i)
		}
		first := slices.IndexFunc(r.events, func(event string) bool {
			return len(event) > len(label)+1+len(name) && strings.EqualFold(event[:len(label)+1+len(name)+1], label+" "+string(name)+":")
		})
		r.report("%s", strings.TrimSuffix(label+" "+escape(name)+": "+escape(value), " "))
		if first < 0 {
			r.lookup(f, b, line, value)
		}
		i++
	}
	if i != f.Len() {
		r.report("Len is %d of %d", f.Len(), i)
	}
}

// lookup checks that the first line of a name is found by it and by its FieldID.
func (r *reader) lookup(f *parser.FieldSection, b []byte, line parser.FieldLine, value []byte) {
	for _, name := range []string{string(line.Name.Bytes(b)), strings.ToUpper(string(line.Name.Bytes(b)))} {
		if found, ok := f.Lookup(b, name); !ok || string(found) != string(value) {
			r.report("Lookup(%q) is %q, %t", name, found, ok)
		}
	}
	if line.ID == parser.FieldOther {
		return
	}
	if found, ok := f.Get(b, line.ID); !ok || string(found) != string(value) || !f.Has(line.ID) {
		r.report("Get(%d) is %q, %t", line.ID, found, ok)
	}
}

// readBody reads the body that begins at an offset.
func (r *reader) readBody(from int, framing parser.Framing) (end int, done bool) {
	rest := r.octets[from:]
	switch framing.Kind {
	case parser.NoBody:
		r.report("body none")
		return from, true
	case parser.FixedLength:
		r.report("body length %d", framing.Length)
		n := min(framing.Length, uint64(len(rest)))
		r.data(rest[:n])
		if n < framing.Length {
			r.report("incomplete")
			return 0, false
		}
		return from + int(n), true
	case parser.UntilClose:
		r.report("body until close")
		r.data(rest)
		return len(r.octets), true
	default:
		r.report("body chunked")
		return r.readChunked(from)
	}
}

func (r *reader) data(octets []byte) {
	if len(octets) > 0 {
		r.report("data %s", escape(octets))
	}
}

// readChunked reads a chunked body that begins at an offset, and its trailer
// section. Only octets that Next has not used are shown to it again.
func (r *reader) readChunked(from int) (end int, done bool) {
	for !r.chunked.Done() {
		b := r.window(from)
		data, n, err := r.chunked.Next(b, &r.v.options)
		if err != nil {
			r.fault(from, err)
			return 0, false
		}
		if cap(data) != len(data) {
			r.report("data has capacity beyond its length")
		}
		r.data(data)
		from += n
		if len(data) > 0 || r.chunked.Done() {
			continue
		}
		if n != len(b) {
			r.report("no data, %d of %d octets used", n, len(b))
			return 0, false
		}
		if !r.more() {
			return 0, false
		}
	}
	return r.readTrailers(from)
}

func (r *reader) readTrailers(from int) (end int, done bool) {
	f := &r.trailers
	defer f.Reset()
	b, n := r.parse(from, f.Parse)
	if n == 0 {
		return 0, false
	}
	r.fields("trailer", f, b)
	return from + n, true
}
