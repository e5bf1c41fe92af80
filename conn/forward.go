package conn

import (
	"bytes"

	"github.com/h1wire/h1wire/parser"
)

// ForwardTo appends to h the field lines that an intermediary forwards (RFC 9110
// §7.6.1): all but Connection, the fields it names, and those that are for one
// connection whether it names them or not, which are Keep-Alive, Proxy-Connection,
// TE, Transfer-Encoding and Upgrade. Content-Length is forwarded once, however often
// it was said (§8.6), unless the content is handed over decoded, and Expect only
// where there is content (§10.1.1). Via is for the caller to add.
func (f *Fields) ForwardTo(h *Header) {
	if f.section == nil {
		return
	}
	nominates := f.section.Has(parser.FieldConnection)
	counted := false
	for n, v := range f.All() {
		id := parser.FieldOf(n)
		switch {
		case singleHop.has(id), nominates && f.section.HasToken(f.b, parser.FieldConnection, borrowed(n)):
		case id == parser.FieldExpect && f.ContentLength() == 0:
		case id != parser.FieldContentLength:
			h.AddBytes(n, v)
		case !counted:
			counted = true
			h.AddBytes(n, firstMember(v))
		}
	}
}

// singleHop are the fields that are not forwarded, whatever Connection says.
var singleHop = setOf(parser.FieldConnection) | setOf(parser.FieldKeepAlive) |
	setOf(parser.FieldProxyConnection) | setOf(parser.FieldTE) |
	setOf(parser.FieldTransferEncoding) | setOf(parser.FieldUpgrade)

// firstMember returns the first member of a Content-Length that repeats one number.
func firstMember(list []byte) []byte {
	first, _, _ := bytes.Cut(list, comma)
	return trimOWS(first)
}

// ContentLength returns how many octets of content a request with these fields has:
// 0 if it has none, -1 if that is not known beforehand, because it is chunked or
// handed over decoded. It is what [Request].Length wants. What a response has depends
// on more, and is [Response].Length.
func (f *Fields) ContentLength() int64 {
	switch {
	case f.section == nil:
		return 0
	case f.decoded || f.section.Has(parser.FieldTransferEncoding):
		return -1
	}
	v, _ := f.section.Get(f.b, parser.FieldContentLength)
	n, _ := parseLength(firstMember(v))
	return n
}
