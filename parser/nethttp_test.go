package parser

import (
	"errors"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// besideNetHTTP holds our verdicts on messages of one kind against net/http's.
type besideNetHTTP struct {
	ours, theirs func(octets []byte) (verdict, error)
	// stricter lists our errors for what net/http takes, each with an example and
	// the reason. Any other error of ours must be one of net/http's too. The RFC
	// section is that of the error.
	stricter map[ErrorCode]difference
	// laxer lists what is in net/http's errors for what we take.
	laxer   map[string]permission
	typical []string // messages that both take alike
	changed []string // fields that net/http takes out, or adds
}

type (
	difference struct{ example, why string }
	permission struct{ example, why, section string }
)

// verdict is what both say about a message.
type verdict struct {
	method, target, host string // of a request
	status               int    // of a response
	minor                int
	framing              Framing
	keepAlive            bool
	fields               http.Header
}

var errIncomplete = errors.New("incomplete")

// headerOf is f as net/http has it.
func headerOf(f *FieldSection, b []byte) http.Header {
	h := http.Header{}
	for name, value := range f.All(b) {
		key := textproto.CanonicalMIMEHeaderKey(string(name))
		h[key] = append(h[key], string(value))
	}
	return h
}

// agree fails the test where the verdicts differ and no table says why.
func (c *besideNetHTTP) agree(t *testing.T, octets []byte) {
	t.Helper()
	our, err := c.ours(octets)
	their, theirErr := c.theirs(octets)
	var e *Error
	switch {
	case errors.As(err, &e):
		_, listed := c.stricter[e.Code]
		assert.True(t, theirErr != nil || listed, "only net/http takes %q: %v", octets, e)
	case err == nil && theirErr != nil:
		listed := false
		for text := range c.laxer {
			listed = listed || strings.Contains(theirErr.Error(), text)
		}
		assert.True(t, listed, "only we take %q: %v", octets, theirErr)
	case err == nil:
		for _, name := range c.changed {
			delete(our.fields, name)
			delete(their.fields, name)
		}
		if same := our.fields["Content-Length"]; len(same) > 1 {
			our.fields["Content-Length"] = same[:1] // net/http takes repetitions out
		}
		assert.Equal(t, our, their, "%q", octets)
	}
}

// rows: each row of the tables has an input that shows it.
func (c *besideNetHTTP) rows(t *testing.T) {
	for code, d := range c.stricter {
		_, err := c.ours([]byte(d.example))
		assert.ErrorIs(t, err, code, d.example)
		_, err = c.theirs([]byte(d.example))
		assert.NoError(t, err, d.example)
	}
	for text, d := range c.laxer {
		_, err := c.ours([]byte(d.example))
		assert.NoError(t, err, d.example)
		_, err = c.theirs([]byte(d.example))
		assert.ErrorContains(t, err, text, d.example)
		assert.NotEmpty(t, d.section, text)
	}
}

// spoil spoils typical messages: octets of every kind are put at, and into, every
// place, what is there is taken out, and the message cut off there.
func (c *besideNetHTTP) spoil(t *testing.T) {
	const kinds = "\x00\x01\t\n\r !\"#%'(),-./0129:;<=>?@ABHSZ[\\]_aehotx{|}~\x7f\x80\xe9\xff"
	for _, s := range c.typical {
		_, err := c.ours([]byte(s))
		require.NoError(t, err)
		for at := range len(s) {
			for i := range len(kinds) {
				c.agree(t, []byte(s[:at]+kinds[i:i+1]+s[at+1:]))
				c.agree(t, []byte(s[:at]+kinds[i:i+1]+s[at:]))
			}
			c.agree(t, []byte(s[:at]+s[at+1:]))
			c.agree(t, []byte(s[:at]))
		}
	}
}

// fuzz looks for differences that are not in the tables.
func (c *besideNetHTTP) fuzz(f *testing.F, kind string) {
	for _, s := range append(seeds(kind), c.typical...) {
		f.Add([]byte(s))
	}
	for _, d := range c.stricter {
		if len(d.example) < 1000 {
			f.Add([]byte(d.example))
		}
	}
	for _, d := range c.laxer {
		f.Add([]byte(d.example))
	}
	f.Fuzz(c.agree)
}
