package conn

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

// receive parses lines as the field section of a response and hands it to f.
func receive(t *testing.T, lines string, f func(*Fields)) error {
	t.Helper()
	b := []byte("HTTP/1.1 200 OK\r\n" + lines + "\r\n")
	var head parser.ResponseHead
	n, err := head.Parse(b, nil)
	if err != nil {
		return err
	}
	require.Equal(t, len(b), n)
	var fields Fields
	fields.reset(b, &head.Fields, false, nil)
	f(&fields)
	return nil
}

func TestFieldsRepeatedKeepOrderAndAllValues(t *testing.T) {
	err := receive(t, "A: 1\r\nB: 2\r\na: 3\r\nX: \t\r\nA:1\r\n", func(f *Fields) {
		require.Equal(t, []string{"A: 1", "B: 2", "a: 3", "X: ", "A: 1"}, lines(f))
		var values []string
		for v := range f.Values("a") {
			values = append(values, string(v))
		}
		require.Equal(t, []string{"1", "3", "1"}, values)
		require.Equal(t, 5, f.Len())
		n, v := f.Line(2)
		require.Equal(t, "a", string(n))
		require.Equal(t, "3", string(v))

		var h Header
		f.CopyTo(&h)
		require.NoError(t, h.Err())
		require.Equal(t, "A: 1\r\nB: 2\r\na: 3\r\nX: \r\nA: 1\r\n", wireOf(&h))
	})
	require.NoError(t, err)
}

func TestFieldsLookupIgnoresCase(t *testing.T) {
	err := receive(t, "Content-Type: text/plain\r\nX-Y: z\r\n", func(f *Fields) {
		for _, name := range []string{"content-type", "CONTENT-TYPE", "Content-Type"} {
			v, ok := f.Lookup(name)
			require.True(t, ok)
			require.Equal(t, "text/plain", string(v))
			require.Equal(t, "text/plain", f.String(name))
		}
		v, ok := f.Get(parser.FieldContentType)
		require.True(t, ok)
		require.Equal(t, "text/plain", string(v))
		require.Equal(t, "z", f.String("x-y"))
		require.Empty(t, f.String("x"))
		require.Empty(t, f.String("x-yz"))
	})
	require.NoError(t, err)
}

func TestFieldsTokens(t *testing.T) {
	err := receive(t, "Vary: a , B,,\"c\"\r\nvary: d\r\n", func(f *Fields) {
		for token, want := range map[string]bool{"A": true, "b": true, "d": true, "c": false, "": true, "a , B": false, "e": false} {
			require.Equal(t, want, f.HasToken("Vary", token), token)
		}
	})
	require.NoError(t, err)
}

func TestFieldsStringsAreSafeForEver(t *testing.T) {
	b := []byte("HTTP/1.1 200 OK\r\nA: one\r\nB: two\r\n\r\n")
	var head parser.ResponseHead
	_, err := head.Parse(b, nil)
	require.NoError(t, err)
	var f Fields
	f.reset(b, &head.Fields, false, nil)
	one := f.String("a")
	require.Equal(t, float64(0), testing.AllocsPerRun(10, func() { _ = f.String("b") }), "one copy is all there is")
	two := f.String("b")
	poisonTest(b)
	require.Equal(t, "one", one)
	require.Equal(t, "two", two)
}

func TestFieldsOfADecodedBody(t *testing.T) {
	b := []byte("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\nC: d\r\n\r\n")
	var head parser.ResponseHead
	_, err := head.Parse(b, nil)
	require.NoError(t, err)
	var f Fields
	require.False(t, f.Decoded())
	f.reset(b, &head.Fields, true, nil)
	require.True(t, f.Decoded())
	require.Equal(t, []string{"A: b", "X-Consumed-Content-Encoding: gzip", "C: d"}, lines(&f))
	require.Equal(t, 3, f.Len())
	n, v := f.Line(2)
	require.Equal(t, "C: d", string(n)+": "+string(v))
	require.Equal(t, "gzip", f.String("x-consumed-content-encoding"))
	for _, name := range []string{"Content-Length", "content-encoding"} {
		_, ok := f.Lookup(name)
		require.False(t, ok, name)
	}
	_, ok := f.Get(parser.FieldContentLength)
	require.False(t, ok)
	var values []string
	for v := range f.Values(ConsumedContentEncoding) {
		values = append(values, string(v))
	}
	require.Equal(t, []string{"gzip"}, values)
	f.clear()
	require.False(t, f.Decoded())
}

func TestFieldsLeadingSpaceOnTheFirstLine(t *testing.T) {
	require.Error(t, receive(t, " A: b\r\n", func(*Fields) {}))
	c := clientCase{wire: "HTTP/1.1 200 OK\r\n A: b\r\nContent-Length: 0\r\n\r\n", failed: true}
	c.run(t) // a client, which unfolds lines, refuses it too
}

func TestFieldsValueOctets(t *testing.T) {
	for c := range 256 {
		value := "x" + string([]byte{byte(c)}) + "y"
		err := receive(t, "A: "+value+"\r\n", func(f *Fields) { require.Equal(t, value, f.String("a")) })
		if c == 0x09 || c >= 0x20 && c <= 0x7e || c >= 0x80 {
			require.NoError(t, err, "%02x", c)
		} else {
			require.Error(t, err, "%02x", c)
		}
	}
}

func TestFieldsNames(t *testing.T) {
	for _, name := range []string{"", "foo bar", "foo ", "foo\t", "\x00", "a\x00b", "é", "(x)", "a@b"} {
		require.Error(t, receive(t, name+": v\r\n", func(*Fields) {}), "%q", name)
	}
}

func TestFieldsManyRepeatsHitMaxFields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, &Params{MaxHeaderSize: 1 << 20})
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		go func() {
			_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\n"+strings.Repeat("a: b\r\n", 100_000)+"\r\n")
		}()
		_, err := cc.ReadResponse(&response{})
		require.ErrorIs(t, err, ErrHeaderTooLarge)
		require.ErrorIs(t, err, parser.ErrTooManyFields)
	})
}

// What thousands of field lines cost is linear where they are let through: ten times
// the lines in at most fifty times the time, not a hundred. The least of many rounds
// counts, and a round is over in much less than the time for which the system lets a
// thread run: on a busy machine, too, one of them is not interrupted.
func TestFieldsManyRepeatsStayLinear(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes a round take too long for that")
	}
	cost := func(n int) time.Duration {
		b := []byte("HTTP/1.1 200 OK\r\n" + strings.Repeat("a: b\r\n", n) + "\r\n")
		var rounds []time.Duration
		for range 50 {
			begun := time.Now()
			var head parser.ResponseHead
			_, err := head.Parse(b, &parser.Options{MaxHeadSize: len(b), MaxFields: n})
			require.NoError(t, err)
			var f Fields
			f.reset(b, &head.Fields, false, nil)
			count := 0
			for range f.Values("A") {
				count++
			}
			require.Equal(t, n, count)
			rounds = append(rounds, time.Since(begun))
		}
		return slices.Min(rounds)
	}
	few, many := cost(600), cost(6_000)
	require.Less(t, many, 50*few, fmt.Sprint(few, many))
}

// The name that takes the place of Content-Encoding is no part of the section.
func TestFieldsStringOfWhatIsNotReceived(t *testing.T) {
	b := []byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
	var head parser.ResponseHead
	_, err := head.Parse(b, nil)
	require.NoError(t, err)
	var fields Fields
	fields.reset(b, &head.Fields, true, nil)
	name, value := fields.Line(0)
	require.Equal(t, ConsumedContentEncoding, fields.StringOf(name))
	require.Equal(t, "gzip", fields.StringOf(value))
}
