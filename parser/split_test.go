package parser

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// heads are request heads and beginnings of some, good and bad, for tests that
// cut them up.
var heads = []string{
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"\r\nGET / HTTP/1.0\r\n\r\n",
	"POST /a?b=c HTTP/1.1\r\nHost:a\r\nContent-Length: \t 5 \t\r\nX: \xe9\x80\r\nx:\r\n\r\nbody",
	"FOO,BAR / HTTP/1.1\r\n\r\n",
	"GET  / HTTP/1.1\r\n\r\n",
	"GET /# HTTP/1.1\r\n\r\n",
	"GET / HTTP/2.0\r\n\r\n",
	"GET / HTTP/1.1x\r\n\r\n",
	"GET / HTTP/1.1\n\r\n",
	"GET / HTTP/1.1\r\n A: b\r\n\r\n",
	"GET / HTTP/1.1\r\nA : b\r\n\r\n",
	"GET / HTTP/1.1\r\n: b\r\n\r\n",
	"GET / HTTP/1.1\r\nA\r\n\r\n",
	"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
	"GET / HTTP/1.1\r\nA: b\r\r\n\r\n",
	"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
	"GET / HTTP/1.1\r\nA: b\r\n\rX",
	"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
}

// TestRequestSplit parses each head in two and in single octets: the same
// outcome as in one, and no octet scanned twice.
func TestRequestSplit(t *testing.T) {
	for _, text := range heads {
		for _, l := range []Lenience{0, LenientBareLF | LenientObsFold} {
			o := &Options{Lenience: l}
			var whole RequestHead
			want, wantErr := whole.Parse([]byte(text), o)
			for cut := range len(text) + 1 {
				b := []byte(text)
				var h RequestHead
				n, err := h.Parse(b[:cut], o)
				if n == 0 && err == nil {
					n, err = h.Parse(b, o)
				}
				require.Equal(t, want, n, "%q cut at %d", text, cut)
				requireSameError(t, wantErr, err, "%q cut at %d", text, cut)
				requireSameFields(t, &whole.Fields, &h.Fields, []byte(text), b)
			}
			b := []byte(text)
			var h RequestHead
			n, err := 0, error(nil)
			for i := 0; i <= len(b) && n == 0 && err == nil; i++ {
				before := h.Fields.pos
				n, err = h.Parse(b[:i], o)
				if n == 0 && err == nil {
					require.Equal(t, i, h.Fields.pos, "%q to %d", text, i)
					require.LessOrEqual(t, before, i)
				}
			}
			require.Equal(t, want, n)
			requireSameError(t, wantErr, err, "%q octet by octet", text)
		}
	}
}

func requireSameError(t *testing.T, want, got error, args ...any) {
	t.Helper()
	if want == nil {
		require.NoError(t, got, args...)
		return
	}
	require.Error(t, got, args...)
	require.Equal(t, *want.(*Error), *got.(*Error), args...)
}

func requireSameFields(t *testing.T, want, got *FieldSection, a, b []byte) {
	t.Helper()
	require.Equal(t, want.Len(), got.Len())
	for i := range want.Len() {
		w, g := want.Line(i), got.Line(i)
		require.Equal(t, w, g)
		require.True(t, bytes.Equal(w.Name.Bytes(a), g.Name.Bytes(b)))
	}
}
