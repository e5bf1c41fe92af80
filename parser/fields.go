package parser

import "iter"

// FieldLine is one line of a field section. Value has no white space around it.
type FieldLine struct {
	Name, Value Span
	ID          FieldID // FieldOther when the name is not one this package knows
}

// FieldSection is the field section of a head, or a trailer section. It is
// filled by Parse and valid for the buffer that Parse read. Field lines are
// derived on access: what is stored is positions.
type FieldSection struct {
	_ int
}

// Len returns the number of field lines.
func (f *FieldSection) Len() int { panic("not yet") }

// Line returns field line i, 0 <= i < Len, in the order received.
func (f *FieldSection) Line(i int) FieldLine { panic("not yet") }

// Get returns the value of the first field line named id.
func (f *FieldSection) Get(b []byte, id FieldID) (value []byte, ok bool) { panic("not yet") }

// Lookup returns the value of the first field line called name, in any case.
func (f *FieldSection) Lookup(b []byte, name string) (value []byte, ok bool) { panic("not yet") }

// All yields name and value of every field line, in the order received.
func (f *FieldSection) All(b []byte) iter.Seq2[[]byte, []byte] { panic("not yet") }

// Has reports whether a field line named id is there, Repeated whether several are.
func (f *FieldSection) Has(id FieldID) bool      { panic("not yet") }
func (f *FieldSection) Repeated(id FieldID) bool { panic("not yet") }

// HasToken reports whether the comma-separated list that all field lines named
// id make together has that token, in any case (RFC 9110 §5.6.1).
func (f *FieldSection) HasToken(b []byte, id FieldID, token string) bool { panic("not yet") }

// Parse reads a trailer section, field lines and an empty line, from the start
// of b (RFC 9112 §7.1.2) and returns its length, as [RequestHead.Parse] does a
// head's. A field that frames or routes a message is refused there (RFC 9110
// §6.5.1).
func (f *FieldSection) Parse(b []byte, o *Options) (n int, err error) { panic("not yet") }

// Reset forgets a trailer section that was read in part.
func (f *FieldSection) Reset() { panic("not yet") }
