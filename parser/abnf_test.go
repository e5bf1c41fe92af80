package parser_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
	"github.com/h1wire/h1wire/testdata/corpora"
)

// The grammar a second time, as regular expressions taken from the RFCs by hand
// and run by package regexp: slow, and sharing nothing with the parser. They
// match strings that have one character for each octet.
const (
	tcharRE   = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"
	fieldRE   = `[\t -~\x{80}-\x{FF}]` // field-vchar, SP and HTAB
	linesRE   = `((?:` + tcharRE + `+:` + fieldRE + `*\r\n)*)\r\n`
	quotedRE  = `"(?:[\t !#-\[\]-~\x{80}-\x{FF}]|\\[\t -~\x{80}-\x{FF}])*"`
	extRE     = `(?:[ \t]*;[ \t]*` + tcharRE + `+(?:[ \t]*=[ \t]*(?:` + tcharRE + `+|` + quotedRE + `))?)*`
	requestRE = `^(?:\r\n)?(` + tcharRE + `+) ([!"$-~]+) HTTP/1\.[0-9]\r\n` + linesRE
	statusRE  = `^HTTP/1\.[0-9] ([1-9][0-9][0-9]) (` + fieldRE + `*)\r\n` + linesRE
)

var fieldLine = regexp.MustCompile(`(` + tcharRE + `+):[ \t]*(` + fieldRE + `*?)[ \t]*\r\n`)

// language is what one Parse method has to accept.
type language struct {
	grammar *regexp.Regexp
	endings []string // one of them completes every prefix of a message
	parse   func(b []byte) (n int, parts []string, err error)
	seeds   []string
}

// complete returns the parts of the message that octets begin with.
func (l *language) complete(octets []byte) (n int, parts []string, ok bool) {
	m := l.grammar.FindStringSubmatch(latin1(octets))
	if m == nil {
		return 0, nil, false
	}
	last := len(m) - 1
	parts = m[1:last:last]
	for _, line := range fieldLine.FindAllStringSubmatch(m[last], -1) {
		parts = append(parts, line[1], line[2])
	}
	return utf8.RuneCountInString(m[0]), parts, true
}

// possible reports whether octets are, or may become, a message.
func (l *language) possible(octets []byte) bool {
	return slices.ContainsFunc(l.endings, func(ending string) bool {
		_, _, ok := l.complete(append(octets[:len(octets):len(octets)], ending...))
		return ok
	})
}

// check compares verdict, length and spans; and for an error, that its offset is
// that of the octet with which a message became impossible.
func (l *language) check(t *testing.T, octets []byte) {
	t.Helper()
	n, parts, err := l.parse(octets)
	wantN, wantParts, ok := l.complete(octets)
	switch {
	case ok:
		require.NoError(t, err, "%q", octets)
		require.Equal(t, wantN, n, "length of %q", octets)
		require.Equal(t, wantParts, parts, "parts of %q", octets)
	case err != nil:
		at := err.(*parser.Error).Offset
		require.Less(t, at, len(octets), "%v: %q", err, octets)
		require.True(t, l.possible(octets[:at]), "%v, but it was wrong before: %q", err, octets)
		require.False(t, l.possible(octets[:at+1]), "%v, but that octet may stand there: %q", err, octets)
	default:
		require.Zero(t, n, "%q is accepted", octets)
		require.True(t, l.possible(octets), "no error in %q", octets)
	}
}

// manyLines are more field lines than any fixed array of the parser holds.
var manyLines = strings.Repeat("A:b\r\n", 140) + "\r\n"

// generous limits keep limits out of the comparison.
var generous = &parser.Options{MaxFields: 1 << 20, MaxHeadSize: 1 << 30, MaxTrailerSize: 1 << 30}

func languages() map[string]*language {
	var request parser.RequestHead
	var response parser.ResponseHead
	var trailers parser.FieldSection
	lines := []string{"\r\n", "\r\n\r\n", "\n", "\n\r\n", ":\r\n\r\n"}
	version := "HTTP/1.1\r\n\r\n"
	return map[string]*language{
		"request": {
			grammar: regexp.MustCompile(requestRE),
			endings: append(endings(lines, version), "/ "+version, " / "+version, "G / "+version, "\nG / "+version, " "+version),
			parse: func(b []byte) (int, []string, error) {
				request.Reset()
				n, err := request.Parse(b, generous)
				if n == 0 || err != nil {
					return n, nil, err
				}
				parts := []string{latin1(request.MethodName.Bytes(b)), latin1(request.Target.Bytes(b))}
				return n, append(parts, sectionParts(&request.Fields, b)...), nil
			},
			seeds: append(seeds("request", corpora.Requests()), "GET / HTTP/1.1\r\n"+manyLines),
		},
		"response": {
			grammar: regexp.MustCompile(statusRE),
			endings: endings(lines, "HTTP/1.1 200 \r\n\r\n"),
			parse: func(b []byte) (int, []string, error) {
				response.Reset()
				n, err := response.Parse(b, generous)
				if n == 0 || err != nil {
					return n, nil, err
				}
				status := []byte{byte('0' + response.Status/100), byte('0' + response.Status/10%10), byte('0' + response.Status%10)}
				parts := []string{string(status), latin1(response.Reason.Bytes(b))}
				return n, append(parts, sectionParts(&response.Fields, b)...), nil
			},
			seeds: append(seeds("response", corpora.Responses()), "HTTP/1.1 200 OK\r\n"+manyLines),
		},
		"trailers": {
			grammar: regexp.MustCompile(`^` + linesRE),
			endings: lines,
			parse: func(b []byte) (int, []string, error) {
				trailers.Reset()
				n, err := trailers.Parse(b, generous)
				if n == 0 || err != nil {
					return n, nil, err
				}
				return n, sectionParts(&trailers, b), nil
			},
			seeds: []string{"\r\n", "A: b\r\n\r\n", "X-Sum:\t 1 \r\nETag: \"a\"\r\nx-sum:\r\n\r\nGET", manyLines},
		},
	}
}

// endings returns some, and every end of a text.
func endings(some []string, text string) []string {
	all := slices.Clone(some)
	for i := range text {
		all = append(all, text[i:])
	}
	return all
}

func sectionParts(f *parser.FieldSection, b []byte) []string {
	parts := []string{}
	for name, value := range f.All(b) {
		parts = append(parts, latin1(name), latin1(value))
	}
	return parts
}

// seeds returns the vectors of a kind, and some messages of corpora, short ones.
func seeds(kind string, names []string) []string {
	vectors, err := readVectors(vectorsDir)
	if err != nil {
		panic(err)
	}
	var all []string
	for _, v := range vectors {
		if v.kind == kind {
			all = append(all, string(v.octets))
		}
	}
	for _, name := range names {
		messages := corpora.Load(name)
		for _, m := range messages[:min(50, len(messages))] {
			all = append(all, string(m))
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return len(s) > 1200 })
}

// latin1 returns a string with one character for each octet.
func latin1(octets []byte) string {
	runes := make([]rune, len(octets))
	for i, c := range octets {
		runes[i] = rune(c)
	}
	return string(runes)
}

// TestABNF holds the parser against the grammar of the RFCs on messages with random mistakes.
func TestABNF(t *testing.T) {
	const rounds = 1500
	for name, l := range languages() {
		t.Run(name, func(t *testing.T) {
			for _, seed := range l.seeds {
				l.check(t, []byte(seed))
			}
			r := rand.New(rand.NewPCG(1, 2))
			for range rounds {
				l.check(t, spoil(r, l.seeds[r.IntN(len(l.seeds))]))
			}
		})
	}
}

// spice are octets that matter to a grammar.
const spice = "\r\n\r\n: \t\x00\x7F\x80\xFF/(),;\"aZ09!#%"

// spoil makes one to three small changes.
func spoil(r *rand.Rand, message string) []byte {
	b := []byte(message)
	for range 1 + r.IntN(3) {
		i := r.IntN(len(b) + 1)
		c := spice[r.IntN(len(spice))]
		switch r.IntN(6) {
		case 0:
			b = slices.Insert(b, i, c)
		case 1:
			b = b[:i]
		case 2:
			b = slices.Delete(b, i, min(i+1+r.IntN(3), len(b)))
		case 3:
			b = slices.Insert(b, i, '\r', '\n')
		case 4:
			if ends := strings.Index(string(b[i:]), "\r\n"); ends >= 0 { // what stands at line ends decides most
				b = slices.Insert(b, i+ends+r.IntN(3), c)
			}
		default:
			if i < len(b) {
				b[i] = c
			}
		}
	}
	return b
}

// FuzzRequestABNF and FuzzResponseABNF look for octets on which the parser and the
// grammar of the RFCs disagree.
func FuzzRequestABNF(f *testing.F)  { fuzzABNF(f, "request") }
func FuzzResponseABNF(f *testing.F) { fuzzABNF(f, "response") }

func fuzzABNF(f *testing.F, name string) {
	l := languages()[name]
	for _, seed := range l.seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, octets []byte) { l.check(t, octets) })
}
