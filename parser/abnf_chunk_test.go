package parser_test

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

// A chunked body by the RFC's grammar: a line by an expression, then as many
// octets as it says.
var (
	hexDigits     = regexp.MustCompile(`^[0-9A-Fa-f]+`)
	chunkLine     = regexp.MustCompile(`^[0-9A-Fa-f]+` + extRE + `\r\n`)
	chunkLineRest = []string{"\n", "\r\n", "0\r\n", "a\r\n", ";a\r\n", "\"\r\n", "a\"\r\n"} // one of them completes every prefix of a line
)

// What a body comes to.
const (
	chunksEnd    = iota // the last chunk's line is there
	chunksGoOn          // more may follow
	chunksBroken        // nothing that follows makes it a body
)

// decodeSlowly returns the data of a chunked body up to its last chunk's line,
// or to where it ends or breaks.
func decodeSlowly(body string) (data string, length, outcome int) {
	rest := body
	for {
		size, err := strconv.ParseInt("0"+hexDigits.FindString(rest), 16, 64)
		if err != nil {
			return data, 0, chunksBroken
		}
		m := chunkLine.FindString(latin1([]byte(rest)))
		if m == "" {
			for _, ending := range chunkLineRest {
				if found := chunkLine.FindString(latin1([]byte(rest + ending))); utf8.RuneCountInString(found) == len(rest+ending) {
					return data, 0, chunksGoOn
				}
			}
			return data, 0, chunksBroken
		}
		rest = rest[utf8.RuneCountInString(m):]
		switch {
		case size == 0:
			return data, len(body) - len(rest), chunksEnd
		case size > int64(len(rest)):
			return data + rest, 0, chunksGoOn
		}
		data, rest = data+rest[:size], rest[size:]
		if len(rest) < 2 && strings.HasPrefix("\r", rest) {
			return data, 0, chunksGoOn
		}
		if !strings.HasPrefix(rest, "\r\n") {
			return data, 0, chunksBroken
		}
		rest = rest[2:]
	}
}

// decode reads a body with the parser, and shows it at most step octets at once.
func decode(body string, step int) (data string, n int, done bool, err error) {
	var c parser.ChunkedBody
	options := &parser.Options{MaxChunkLine: 1 << 20, MaxChunkExt: 1 << 20}
	for !c.Done() && n < len(body) {
		piece, used, err := c.Next([]byte(body[n:min(n+step, len(body))]), options)
		if err != nil {
			return data, n + err.(*parser.Error).Offset, false, err
		}
		data += string(piece)
		n += used
	}
	return data, n, c.Done(), nil
}

func checkChunked(t *testing.T, body string, step int) {
	t.Helper()
	data, n, done, err := decode(body, step)
	wantData, wantLength, outcome := decodeSlowly(body)
	require.Equal(t, outcome == chunksEnd, done, "%q", body)
	require.Equal(t, outcome == chunksBroken, err != nil, "%v: %q", err, body)
	require.Equal(t, wantData, data, "%q", body)
	if done {
		require.Equal(t, wantLength, n, "%q", body)
	}
	if err != nil {
		_, _, before := decodeSlowly(body[:n])
		require.Equal(t, chunksGoOn, before, "%v, but it was wrong before: %q", err, body)
		_, _, then := decodeSlowly(body[:n+1])
		require.Equal(t, chunksBroken, then, "%v, but that octet may stand there: %q", err, body)
	}
}

func chunkedSeeds() []string {
	return append(seeds("chunked", nil),
		"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
		"1;a=\"b\\\"c\"; d = \"\"\r\nx\r\n2 ;e\r\nyz\r\n0;last\r\n\r\n",
		"a\r\n0123456789\r\nA\r\n\r\n\r\n\r\n\r\n\r\n\r\n10\r\n0123456789abcdef\r\n00\r\nX: y\r\n\r\n",
		strings.Repeat("8\r\nabcdefgh\r\n", 12)+"0\r\n\r\n",
	)
}

// TestChunkedABNF holds the decoder against the RFC's grammar on bodies with
// random mistakes, in pieces of any size.
func TestChunkedABNF(t *testing.T) {
	const rounds = 3000
	r, seeds := rand.New(rand.NewPCG(3, 4)), chunkedSeeds()
	for range rounds {
		body := string(spoil(r, seeds[r.IntN(len(seeds))]))
		checkChunked(t, body, len(body)+1)
		checkChunked(t, body, 1+r.IntN(20))
	}
}

func FuzzChunkedABNF(f *testing.F) {
	for _, seed := range chunkedSeeds() {
		f.Add(seed, 7)
	}
	f.Fuzz(func(t *testing.T, body string, step int) {
		if step < 1 {
			step = 1
		}
		checkChunked(t, body, step)
	})
}
