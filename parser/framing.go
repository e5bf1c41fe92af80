package parser

import "encoding/binary"

// FramingKind says how the end of a body is found (RFC 9112 §6.3).
type FramingKind uint8

const (
	NoBody      FramingKind = iota // there is none
	FixedLength                    // Framing.Length octets
	Chunked                        // the chunked transfer coding ends it
	UntilClose                     // the end of the connection ends it (responses only)
)

// String returns what the kind is called in this package.
func (k FramingKind) String() string {
	switch k {
	case NoBody:
		return "NoBody"
	case FixedLength:
		return "FixedLength"
	case Chunked:
		return "Chunked"
	case UntilClose:
		return "UntilClose"
	}
	return "FramingKind?"
}

// Framing is how a body is delimited.
type Framing struct {
	Kind   FramingKind
	Length uint64 // octets, for FixedLength; at most 2^63-1
}

// framing is what a request and a response have in common: announced by
// Transfer-Encoding, by Content-Length, or not at all (NoBody).
const framingFields fieldSet = 1<<FieldContentLength | 1<<FieldTransferEncoding

// Framing says how the request's body is delimited (RFC 9112 §6.3). b is the
// buffer that Parse read. An error is an [*Error] that belongs to h.
//
// Transfer-Encoding has to be chunked, once, and alone: another coding that we
// do not know is 501 when chunked comes last, as is one without chunked; all
// else is 400, and so is Transfer-Encoding in HTTP/1.0 or beside Content-Length.
// Content-Length may be repeated with one and the same value.
func (h *RequestHead) Framing(b []byte) (Framing, error) {
	if h.Fields.seen&framingFields == 0 {
		return Framing{}, nil
	}
	return h.Fields.framing(b, h.Version)
}

// Framing says how the body of the response to a request with that method is
// delimited (RFC 9112 §6.3). b is the buffer that Parse read. An error is an
// [*Error] that belongs to h. The rules for the fields are those of requests;
// a response to HEAD, 1xx, 204, 304 and 2xx to CONNECT has no body whatever they
// say; but a 204 that announces content by its length is an error.
func (h *ResponseHead) Framing(b []byte, request Method) (Framing, error) {
	f := &h.Fields
	if request == MethodConnect && h.Status/100 == 2 {
		return Framing{}, nil // a tunnel; the fields are to be ignored
	}
	empty := request == MethodHead || h.Status < 200 || h.Status == 204 || h.Status == 304
	if f.seen&framingFields == 0 {
		if empty {
			return Framing{}, nil
		}
		return Framing{Kind: UntilClose}, nil
	}
	fr, err := f.framing(b, h.Version)
	switch {
	case err != nil:
		return Framing{}, err
	case h.Status == 204 && fr.Length > 0:
		return f.refuse(ErrContentForbidden, f.Line(int(f.first[FieldContentLength])).Value.Off)
	case empty:
		return Framing{}, nil
	}
	return fr, nil
}

// framing reads Transfer-Encoding and Content-Length, one of which is there.
func (f *FieldSection) framing(b []byte, v Version) (Framing, error) {
	if !f.Has(FieldTransferEncoding) {
		return f.contentLength(b)
	}
	coding := f.Line(int(f.first[FieldTransferEncoding]))
	if v < HTTP11 {
		return f.refuse(ErrTransferEncodingVersion, coding.Name.Off)
	}
	if f.Has(FieldContentLength) {
		length := f.Line(int(f.first[FieldContentLength]))
		return f.refuse(ErrTransferEncodingWithLength, max(coding.Name.Off, length.Name.Off))
	}
	if !f.Repeated(FieldTransferEncoding) && equalFold(coding.Value.Bytes(b), "chunked") {
		return Framing{Kind: Chunked}, nil
	}
	return f.transferCodings(b)
}

// transferCodings says what is wrong with a Transfer-Encoding that is not just
// chunked.
func (f *FieldSection) transferCodings(b []byte) (Framing, error) {
	unknown, known := -1, -1 // offsets of codings
	for i := int(f.first[FieldTransferEncoding]); i >= 0; i = f.next(i, FieldTransferEncoding) {
		v := f.Line(i).Value
		for at, end := int(v.Off), v.End(); ; at++ {
			to := at
			for to < end && b[to] != ',' {
				to++
			}
			s := trimmed(b, at, to)
			coding := s.Bytes(b)
			name := 0
			for name < len(coding) && octets[coding[name]]&isTchar != 0 {
				name++
			}
			switch {
			case name == 0 || name < len(coding) && coding[name] != ';' && octets[coding[name]]&isWSP == 0:
				return f.refuse(ErrTransferEncoding, s.Off+uint32(name)) // no token
			case known >= 0:
				return f.refuse(ErrTransferEncoding, s.Off) // chunked is not the last
			case !equalFold(coding[:name], "chunked"):
				if unknown < 0 {
					unknown = int(s.Off)
				}
			case name < len(coding):
				return f.refuse(ErrTransferEncoding, s.Off+uint32(name)) // chunked has no parameters
			default:
				known = int(s.Off)
			}
			if at = to; at == end {
				break
			}
		}
	}
	return f.refuse(ErrTransferCoding, uint32(unknown))
}

// contentLength reads all Content-Length fields: each a number, or a list of
// them, and all the same (RFC 9110 §8.6).
func (f *FieldSection) contentLength(b []byte) (Framing, error) {
	length, first := uint64(0), true
	for i := int(f.first[FieldContentLength]); i >= 0; {
		v := f.Line(i).Value
		for at, end := int(v.Off), v.End(); ; at++ {
			for at < end && octets[b[at]]&isWSP != 0 {
				at++
			}
			from, n := at, uint64(0)
			for ; at < end && octets[b[at]]&isDigit != 0; at++ {
				d := uint64(b[at] - '0')
				if n > (1<<63-1-d)/10 {
					return f.refuse(ErrContentLengthTooLarge, uint32(at))
				}
				n = n*10 + d
			}
			digits := at > from
			for digits && at < end && octets[b[at]]&isWSP != 0 {
				at++
			}
			switch {
			case !digits || at < end && b[at] != ',':
				return f.refuse(ErrContentLength, uint32(at))
			case !first && n != length:
				return f.refuse(ErrContentLengthConflict, uint32(from))
			}
			length, first = n, false
			if at == end {
				break
			}
		}
		if !f.Repeated(FieldContentLength) {
			break
		}
		i = f.next(i, FieldContentLength)
	}
	return Framing{FixedLength, length}, nil
}

// refuse notes an error about a section that is complete.
func (f *FieldSection) refuse(code ErrorCode, offset uint32) (Framing, error) {
	f.err = Error{code, int(offset)}
	return Framing{}, &f.err
}

// keepAlive reads Connection (RFC 9112 §9.3).
func (f *FieldSection) keepAlive(b []byte, v Version) bool {
	if !f.Has(FieldConnection) {
		return v >= HTTP11
	}
	if value, _ := f.Get(b, FieldConnection); !f.Repeated(FieldConnection) && isKeepAlive(value) {
		return true
	}
	if f.HasToken(b, FieldConnection, "close") {
		return false
	}
	return v >= HTTP11 || f.HasToken(b, FieldConnection, "keep-alive")
}

// isKeepAlive reports whether a value is just keep-alive, as nearly every Connection is that does not say
// close. It holds no control, so small letters make no other octet a hyphen.
func isKeepAlive(v []byte) bool {
	const keepAli, ve = 'k' | 'e'<<8 | 'e'<<16 | 'p'<<24 | '-'<<32 | 'a'<<40 | 'l'<<48 | 'i'<<56, 'v' | 'e'<<8
	return len(v) == len("keep-alive") &&
		binary.LittleEndian.Uint64(v)|0x20*ones == keepAli && binary.LittleEndian.Uint16(v[8:])|0x2020 == ve
}
