package main

import (
	"fmt"
	"io"
	"strings"
)

// report is what h1lint says of a message. Strings hold one character for each
// octet, U+0080 to U+00FF for the octets beyond ASCII.
type report struct {
	Kind          string  `json:"kind"` // request or response
	Method        string  `json:"method,omitempty"`
	Target        string  `json:"target,omitempty"`
	Version       string  `json:"version,omitempty"`
	Status        int     `json:"status,omitempty"`
	Reason        string  `json:"reason,omitempty"`
	Fields        []field `json:"fields,omitempty"`
	Authority     string  `json:"authority,omitempty"`
	KeepAlive     *bool   `json:"keepAlive,omitempty"`
	Expectation   string  `json:"expectation,omitempty"`
	Framing       string  `json:"framing,omitempty"`
	ContentLength *uint64 `json:"contentLength,omitempty"` // with the framing "fixed length"
	Pieces        []int   `json:"pieces,omitempty"`        // length of each piece of the body: one a chunk
	Body          []byte  `json:"body,omitempty"`          // decoded
	Trailers      []field `json:"trailers,omitempty"`
	Length        int     `json:"length,omitempty"`   // octets of the whole message
	Leftover      int     `json:"leftover,omitempty"` // octets behind it
	Incomplete    bool    `json:"incomplete,omitempty"`
	Error         *fault  `json:"error,omitempty"`
}

type field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// fault is a rule that the message breaks.
type fault struct {
	Rule    string `json:"rule"`
	Section string `json:"section"`
	Status  int    `json:"status"` // what a server answers
	Offset  int    `json:"offset"` // of the first octet at fault
}

// latin1 returns a string with one character for each octet.
func latin1(octets []byte) string {
	runes := make([]rune, len(octets))
	for i, c := range octets {
		runes[i] = rune(c)
	}
	return string(runes)
}

// piece adds a piece of body data.
func (r *report) piece(data []byte) {
	if len(data) > 0 {
		r.Pieces = append(r.Pieces, len(data))
		r.Body = append(r.Body, data...)
	}
}

// print writes the report for people to read. octets is the message.
func (r *report) print(w io.Writer, octets []byte) error {
	var b strings.Builder
	line := func(label, format string, a ...any) {
		text := fmt.Sprintf("%-14s", label) + fmt.Sprintf(format, a...)
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	switch {
	case r.Version == "":
	case r.Kind == "request":
		line("request line", "%s %s %s", r.Method, visible(r.Target), r.Version)
	default:
		line("status line", "%s %d %s", r.Version, r.Status, visible(r.Reason))
	}
	for _, f := range r.Fields {
		line("field", "%s: %s", f.Name, visible(f.Value))
	}
	if r.Authority != "" {
		line("authority", "%s", r.Authority)
	}
	if r.KeepAlive != nil {
		line("connection", "%s", map[bool]string{true: "persists", false: "closes"}[*r.KeepAlive])
	}
	if r.Expectation != "" {
		line("expectation", "%s", r.Expectation)
	}
	if r.Framing != "" {
		line("framing", "%s", r.framing())
	}
	at := 0
	for _, n := range r.Pieces {
		line("data", "%d octets: %s", n, beginning(r.Body[at:at+n]))
		at += n
	}
	for _, f := range r.Trailers {
		line("trailer", "%s: %s", f.Name, visible(f.Value))
	}
	switch {
	case r.Error != nil:
		line("error", "%s: %s", r.Error.Section, r.Error.Rule)
		line("", "at octet %d, answered with %d", r.Error.Offset, r.Error.Status)
		b.WriteString(caret(octets, r.Error.Offset))
		if r.Kind == "request" && r.Method == "" && strings.HasPrefix(string(octets), "HTTP/") {
			line("hint", "this looks like a response: -response")
		}
	case r.Incomplete:
		line("incomplete", "%d octets, more are wanted (RFC 9112 §8)", len(octets))
	default:
		line("length", "%d octets", r.Length)
		if r.Leftover > 0 {
			line("leftover", "%d octets behind the message", r.Leftover)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *report) framing() string {
	if r.ContentLength != nil {
		return fmt.Sprintf("%s, %d octets", r.Framing, *r.ContentLength)
	}
	return r.Framing
}
