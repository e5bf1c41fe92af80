package parser

import (
	"fmt"
	"testing"
)

// reader is a head or trailer section, read by the table and by the kernel.
type reader struct {
	request  RequestHead
	response ResponseHead
	trailer  FieldSection
}

var kinds = []string{"request", "response", "trailer"}

func (r *reader) parse(kind string, b []byte, o *Options) (int, error) {
	switch kind {
	case "request":
		return r.request.Parse(b, o)
	case "response":
		return r.response.Parse(b, o)
	}
	return r.trailer.Parse(b, o)
}

func (r *reader) fields(kind string) *FieldSection {
	switch kind {
	case "request":
		return &r.request.Fields
	case "response":
		return &r.response.Fields
	}
	return &r.trailer
}

func (r *reader) reset() {
	r.request.Reset()
	r.response.Reset()
	r.trailer.Reset()
}

// differs says what is not the same in what two readers read.
func (r *reader) differs(o *reader, kind string) string {
	switch kind {
	case "request":
		a, b := &r.request, &o.request
		if a.Method != b.Method || a.Version != b.Version || a.MethodName != b.MethodName || a.Target != b.Target {
			return "request line"
		}
	case "response":
		a, b := &r.response, &o.response
		if a.Status != b.Status || a.Version != b.Version || a.Reason != b.Reason {
			return "status line"
		}
	}
	f, g := r.fields(kind), o.fields(kind)
	if f.Len() != g.Len() || f.seen != g.seen || f.repeated != g.repeated || f.emptyLine() != g.emptyLine() {
		return fmt.Sprintf("section: %d %d lines, seen %x %x, repeated %x %x, empty line at %d %d",
			f.Len(), g.Len(), f.seen, g.seen, f.repeated, g.repeated, f.emptyLine(), g.emptyLine())
	}
	for i := range f.Len() {
		if f.Line(i) != g.Line(i) {
			return fmt.Sprintf("line %d: %v %v", i, f.Line(i), g.Line(i))
		}
	}
	for id := range fieldIDs {
		if f.Has(id) && f.first[id] != g.first[id] {
			return fmt.Sprintf("first %v: %d %d", id, f.first[id], g.first[id])
		}
	}
	return ""
}

// comparison reads octets with the kernel and with the table.
type comparison struct {
	kernel, table reader
	whole         int // sections that were accepted
}

// compare requires that both say the same of b, and that the kernel, when it reads b in two
// pieces that meet at cut, does too.
func (c *comparison) compare(t testing.TB, kind string, b []byte, o *Options, cut int) {
	k := active
	active = kernelTable
	c.table.reset()
	n, err := c.table.parse(kind, b, o)
	active = k
	if n > 0 {
		c.whole++
	}
	c.kernel.reset()
	c.same(t, kind, "whole", b, o, n, err)
	if cut <= 0 || cut >= len(b) {
		return
	}
	c.kernel.reset()
	m, cutErr := c.kernel.parse(kind, b[:cut:cut], o)
	switch {
	case m > 0 || cutErr != nil:
		active = kernelTable
		c.table.reset()
		n, err = c.table.parse(kind, b[:cut:cut], o)
		active = k
		c.verdict(t, kind, "first piece", b[:cut], m, cutErr, n, err)
	default:
		c.same(t, kind, "second piece", b, o, n, err)
	}
}

func (c *comparison) same(t testing.TB, kind, what string, b []byte, o *Options, n int, err error) {
	m, kernelErr := c.kernel.parse(kind, b, o)
	c.verdict(t, kind, what, b, m, kernelErr, n, err)
}

func (c *comparison) verdict(t testing.TB, kind, what string, b []byte, m int, kernelErr error, n int, err error) {
	if m != n || (kernelErr == nil) != (err == nil) || err != nil && *kernelErr.(*Error) != *err.(*Error) {
		t.Fatalf("%s, %s: kernel %d %v, table %d %v\n%q", kind, what, m, kernelErr, n, err, b)
	}
	if n > 0 {
		if d := c.kernel.differs(&c.table, kind); d != "" {
			t.Fatalf("%s, %s: %s\n%q", kind, what, d, b)
		}
	}
}
