package load

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Responses that are all fine and all have the content "hello".
var wellFormed = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 11:00:00 GMT\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: b\r\n\r\n",
}

// TestEverySplit feeds each response, and three of it in a row, split at every offset.
func TestEverySplit(t *testing.T) {
	for _, one := range wellFormed {
		for _, all := range []string{one, one + one + one} {
			n := len(all) / len(one)
			for i := range len(all) + 1 {
				want := expectation{status: 200, length: -1, body: []byte("hello")}
				r := responses{want: &want}
				first, f := r.take([]byte(all[:i]))
				require.Equal(t, noFault, f)
				second, f := r.take([]byte(all[i:]))
				require.Equal(t, noFault, f)
				require.Equal(t, n, first+second, "%q split at %d", all, i)
				_, f = r.eof()
				require.Equal(t, noFault, f)
			}
		}
	}
}

func TestTruncatedIsNeverComplete(t *testing.T) {
	for _, one := range wellFormed {
		for i := 1; i < len(one); i++ {
			want := expectation{status: 200, length: -1}
			r := responses{want: &want}
			n, f := r.take([]byte(one[:i]))
			require.Equal(t, noFault, f)
			require.Zero(t, n)
			if i != len("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n") || !strings.Contains(one, "103") {
				_, f = r.eof()
				require.Equal(t, faultClosed, f, "%q", one[:i])
			}
		}
	}
}

func TestNoBody(t *testing.T) {
	want := expectation{status: 200, length: -1, noBody: true}
	r := responses{want: &want}
	n, f := r.take([]byte(strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 3)))
	require.Equal(t, noFault, f)
	require.Equal(t, 3, n)
}

func TestUntilClose(t *testing.T) {
	want := expectation{status: 200, length: 5}
	r := responses{want: &want}
	n, f := r.take([]byte("HTTP/1.0 200 OK\r\n\r\nhello"))
	require.Equal(t, noFault, f)
	require.Zero(t, n)
	n, f = r.eof()
	require.Equal(t, noFault, f)
	require.Equal(t, 1, n)

	r = responses{want: &want}
	r.take([]byte("HTTP/1.0 200 OK\r\n\r\nhell"))
	_, f = r.eof()
	require.Equal(t, faultLength, f)
}

// TestLongBodyIsSkipped: only the head of a long response is remembered.
func TestLongBodyIsSkipped(t *testing.T) {
	body := strings.Repeat("x", 3*maxWhole)
	all := "HTTP/1.1 200 OK\r\nContent-Length: 12288\r\n\r\n" + body
	want := expectation{status: 200, length: -1}
	r := responses{want: &want}
	n, f := r.take([]byte(all + all))
	require.Equal(t, noFault, f)
	require.Equal(t, 2, n)
	require.Len(t, want.seen, len(all)-len(body))
	n, _ = r.take([]byte(all[:len(all)-100]))
	require.Zero(t, n)
	require.Equal(t, 1, r.skip(100))
}

func TestHeadWithoutEnd(t *testing.T) {
	want := expectation{status: 200, length: -1}
	r := responses{want: &want}
	_, f := r.take([]byte("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead/2)))
	require.Equal(t, noFault, f)
	_, f = r.take([]byte(strings.Repeat("x", maxHead)))
	require.Equal(t, faultHead, f)
}

func TestMatchAllocatesNothing(t *testing.T) {
	want := expectation{status: 200, length: -1}
	r := responses{want: &want}
	b := []byte(strings.Repeat(wellFormed[1], 16))
	r.take(b)
	require.Zero(t, testing.AllocsPerRun(100, func() { r.take(b) }))
}

func TestSchedule(t *testing.T) {
	var closed schedule
	_, ok := closed.take(1 << 60)
	require.False(t, ok)
	require.Zero(t, closed.left())

	s := schedule{rate: 1000, end: int64(10 * time.Millisecond)}
	require.Equal(t, int64(10), s.left())
	for i := range 10 {
		due, ok := s.take(int64(time.Hour))
		require.True(t, ok)
		require.Equal(t, int64(i)*int64(time.Millisecond), due)
	}
	_, ok = s.take(int64(time.Hour))
	require.False(t, ok, "nothing is due from the end on")

	s = schedule{rate: 1000, end: int64(time.Second)}
	s.take(0)
	_, ok = s.take(int64(time.Millisecond) - 1)
	require.False(t, ok, "not before its time")
	require.Equal(t, 300*time.Microsecond, s.wait(int64(700*time.Microsecond)))
}
