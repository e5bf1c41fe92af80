package parser

import "bytes"

// Authority returns the host, with its port if it has one, that the request is
// for (RFC 9112 §3.2 and §3.3): the target's when that is in absolute-form or
// authority-form, else the Host field's. It checks the target's form against the
// method, and Host: in HTTP/1.1 exactly one, and valid; in HTTP/1.0 at most one.
// It is empty for an HTTP/1.0 request without Host. The slice aliases b, the
// buffer that Parse read. An error is an [*Error] that belongs to h.
func (h *RequestHead) Authority(b []byte) ([]byte, error) {
	f := &h.Fields
	if b[h.Target.Off] == '/' && h.Method != MethodConnect && f.Has(FieldHost) && !f.Repeated(FieldHost) {
		// As nearly always: origin-form, and one Host, which nearly always is valid.
		if v := f.value(int(f.first[FieldHost])).Bytes(b); hostFault(v) < 0 {
			return v, nil
		}
	}
	return h.authority(b)
}

// authority is Authority for every case.
func (h *RequestHead) authority(b []byte) ([]byte, error) {
	f := &h.Fields
	f.err = Error{}
	authority := h.targetAuthority(b)
	host := h.host(b)
	if f.err.Code != errNone {
		return nil, &f.err
	}
	if authority.Len > 0 {
		return authority.Bytes(b), nil
	}
	return host.Bytes(b), nil
}

// targetAuthority returns the authority of a target that has one. It notes in
// h.Fields.err if the target has not the form that the method asks for.
func (h *RequestHead) targetAuthority(b []byte) Span {
	t := h.Target.Bytes(b)
	switch {
	case h.Method == MethodConnect:
		return h.connectTarget(b)
	case t[0] == '/':
		return Span{}
	case t[0] == '*' && len(t) == 1 && h.Method == MethodOptions:
		return Span{}
	}
	return h.absoluteTarget(b)
}

// connectTarget reads authority-form = uri-host ":" port (RFC 9112 §3.2.3). A
// CONNECT without a port, or with one that does not exist, goes nowhere (RFC
// 9110 §9.3.6).
func (h *RequestHead) connectTarget(b []byte) Span {
	t := h.Target.Bytes(b)
	if bad := hostFault(t); bad >= 0 {
		h.blame(ErrAuthority, h.Target.Off, bad)
		return Span{}
	}
	colon := bytes.LastIndexByte(t, ':')
	if colon < 0 || t[len(t)-1] == ']' {
		h.blame(ErrPort, h.Target.Off, len(t))
		return Span{}
	}
	port := 0
	for i, c := range t[colon+1:] {
		if port = port*10 + int(c-'0'); port > 65535 {
			h.blame(ErrPort, h.Target.Off, colon+1+i)
			return Span{}
		}
	}
	if port == 0 {
		h.blame(ErrPort, h.Target.Off, len(t))
	}
	return h.Target
}

// absoluteTarget reads absolute-form as far as http needs it: scheme "://"
// authority, and whatever path and query (RFC 9112 §3.2.2). The host of an http
// or https target is not empty (RFC 9110 §4.2.1), and there is no userinfo
// (§4.2.4).
func (h *RequestHead) absoluteTarget(b []byte) Span {
	t := h.Target.Bytes(b)
	i := 0
	if l := t[0] | 0x20; l >= 'a' && l <= 'z' {
		for i < len(t) && octets[t[i]]&isScheme != 0 {
			i++
		}
	}
	scheme := t[:i]
	if i == 0 {
		h.blame(ErrTargetForm, h.Target.Off, 0)
		return Span{}
	}
	for _, c := range []byte("://") {
		if i == 0 || i == len(t) || t[i] != c { // i == 0: there is no scheme
			h.blame(ErrTargetForm, h.Target.Off, i)
			return Span{}
		}
		i++
	}
	from := i
	for i < len(t) && t[i] != '/' && t[i] != '?' {
		i++
	}
	if bad := hostFault(t[from:i]); bad >= 0 {
		h.blame(ErrAuthority, h.Target.Off, from+bad)
	} else if i == from && (equalFold(scheme, "http") || equalFold(scheme, "https")) {
		h.blame(ErrAuthority, h.Target.Off, from)
	}
	return Span{h.Target.Off + uint32(from), uint32(i - from)}
}

// host returns the value of Host (RFC 9112 §3.2).
func (h *RequestHead) host(b []byte) Span {
	f := &h.Fields
	if !f.Has(FieldHost) {
		if h.Version >= HTTP11 {
			h.blame(ErrHostMissing, uint32(f.emptyLine()), 0)
		}
		return Span{}
	}
	first := int(f.first[FieldHost])
	if f.Repeated(FieldHost) {
		h.blame(ErrHostRepeated, f.Line(f.next(first, FieldHost)).Name.Off, 0)
	}
	v := f.value(first)
	if bad := hostFault(v.Bytes(b)); bad >= 0 {
		h.blame(ErrHost, v.Off, bad)
	}
	return v
}

// ValidHost reports whether v may be the value of Host: [ uri-host [ ":" port ] ]
// (RFC 9110 §7.2), which may be empty. It is for who sends one; Authority checks
// what was received.
func ValidHost(v []byte) bool { return hostFault(v) < 0 }

func isDigits(v []byte) bool {
	for _, c := range v {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// blame notes an error at an offset from the start of a span, unless one was
// noted before.
func (h *RequestHead) blame(code ErrorCode, from uint32, offset int) {
	if e := &h.Fields.err; e.Code == errNone {
		*e = Error{code, int(from) + offset}
	}
}

// hostFault returns the offset of the first octet at which v stops being [
// uri-host [ ":" port ] ], or -1 when it is one.
func hostFault(v []byte) int {
	// Nearly all of nearly every host is octets that lead from the state after
	// the first back to it.
	i := 0
	for ; i < len(v)-3; i += 4 {
		if w := (*[4]byte)(v[i:]); octets[w[0]]&octets[w[1]]&octets[w[2]]&octets[w[3]]&isRegName == 0 {
			break
		}
	}
	for i < len(v) && octets[v[i]]&isRegName != 0 {
		i++
	}
	if i == len(v) || i > 0 && v[i] == ':' && isDigits(v[i+1:]) {
		return -1 // a name, or a name and a port
	}
	state := uint8(1)
	if i > 0 {
		state = hostStep[state][hostClass[v[0]]]
	}
	for ; i < len(v); i++ {
		if state = hostStep[state][hostClass[v[i]]]; state == 0 {
			return i
		}
	}
	if !hostEnds[state] {
		return len(v)
	}
	return -1
}
