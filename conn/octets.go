package conn

// What may be sent, octet by octet. Two bits of one table: validity is checked
// on every field that is built, so it costs one load per octet.
const (
	inToken = 1 << iota // tchar, RFC 9110 §5.6.2
	inValue             // field-vchar, SP and HTAB, RFC 9110 §5.5
	inURI               // VCHAR without "#", RFC 9112 §3.2
)

var octetClass = func() (t [256]uint8) {
	for c := 0x21; c <= 0x7e; c++ {
		t[c] = inToken | inValue | inURI
	}
	for _, c := range []byte("\"(),/:;<=>?@[\\]{}") {
		t[c] &^= inToken
	}
	t['#'] &^= inURI
	t[' '], t['\t'] = inValue, inValue
	for c := 0x80; c <= 0xff; c++ { // obs-text
		t[c] = inValue
	}
	return t
}()

func allIn(s []byte, class uint8) bool {
	for _, c := range s {
		if octetClass[c]&class == 0 {
			return false
		}
	}
	return true
}

func validToken(s []byte) bool      { return len(s) > 0 && allIn(s, inToken) }
func validFieldValue(s []byte) bool { return allIn(s, inValue) }
func validTarget(s []byte) bool     { return len(s) > 0 && allIn(s, inURI) }

// trimOWS returns s without the SP and HTAB around it (RFC 9110 §5.6.3).
func trimOWS(s []byte) []byte {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// equalFold reports whether two names or tokens are equal in any case. They are
// ASCII, so bytes.EqualFold's Unicode folding would be wrong (K is not U+212A).
func equalFold(s []byte, t string) bool {
	if len(s) != len(t) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if lower(s[i]) != lower(t[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// parseLength reads a Content-Length to send: digits, and no more than an int64
// holds (RFC 9110 §8.6).
func parseLength(s []byte) (n int64, ok bool) {
	if len(s) == 0 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		d := int64(s[i]) - '0'
		if d < 0 || d > 9 || n > (1<<63-1-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}
