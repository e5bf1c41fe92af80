package parser_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

// vector is one case of testdata/vectors; the README.md there defines the form.
type vector struct {
	name    string // file and heading
	kind    string // what the octets are: request, response, chunked, trailers
	method  parser.Method
	options parser.Options
	octets  []byte
	fault   int // where \! stands, or -1
	end     int // where \| stands, or len(octets)
	expect  []string
}

// readVectors reads every Markdown file of dir but its README.md.
func readVectors(dir string) ([]vector, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return nil, err
	}
	var all []vector
	for _, file := range files {
		if filepath.Base(file) == "README.md" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		vectors, err := parseVectors(filepath.Base(file), text)
		if err != nil {
			return nil, err
		}
		all = append(all, vectors...)
	}
	return all, nil
}

// parseVectors reads one file: headings, a sentence with its RFC section, a
// block of octets and a block of what to expect, in this order.
func parseVectors(file string, text []byte) ([]vector, error) {
	var (
		vectors []vector
		v       *vector // the case under way
		reason  string
		block   []string
		info    string // of the open block
		number  int
	)
	fail := func(format string, a ...any) error {
		return fmt.Errorf("%s:%d: %s", file, number, fmt.Sprintf(format, a...))
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		number++
		line := lines.Text()
		switch {
		case info != "" && line != "```":
			if strings.TrimRight(line, " \t") != line || strings.Contains(line, "\t") {
				return nil, fail("invisible white space")
			}
			block = append(block, line)
		case info == "expect":
			if v == nil || v.kind == "" || v.expect != nil {
				return nil, fail("a block of expectations without octets")
			}
			if err := v.expected(block); err != nil {
				return nil, fail("%v", err)
			}
			vectors = append(vectors, *v)
			v, info = nil, ""
		case info != "":
			if v == nil || v.kind != "" {
				return nil, fail("a block of octets where none belongs")
			}
			if !strings.Contains(reason, "RFC ") {
				return nil, fail("%s: no section of an RFC", v.name)
			}
			if err := v.input(info, block); err != nil {
				return nil, fail("%v", err)
			}
			info = ""
		case strings.HasPrefix(line, "```"):
			info, block = strings.TrimPrefix(line, "```"), nil
			if info == "" {
				return nil, fail("a block without an info string")
			}
		case strings.HasPrefix(line, "## "):
			if v != nil {
				return nil, fail("%s is not complete", v.name)
			}
			v = &vector{name: file + ": " + strings.TrimPrefix(line, "## ")}
			reason = ""
		default:
			reason += line
		}
	}
	if v != nil || info != "" {
		return nil, fail("the last case is not complete")
	}
	return vectors, nil
}

// input reads the info string and the lines of the octets.
func (v *vector) input(info string, lines []string) error {
	words := strings.Fields(info)
	v.kind = words[0]
	words = words[1:]
	switch v.kind {
	case "request", "chunked", "trailers":
	case "response":
		if len(words) < 2 || words[0] != "to" {
			return fmt.Errorf("a response says what it answers: to METHOD")
		}
		method, ok := methods[words[1]]
		if !ok {
			return fmt.Errorf("method %s", words[1])
		}
		v.method = method
		words = words[2:]
	default:
		return fmt.Errorf("octets of kind %q", v.kind)
	}
	for _, word := range words {
		if err := v.option(word); err != nil {
			return err
		}
	}
	return v.decode(strings.Join(lines, ""))
}

// decode reads the octets and the marks among them.
func (v *vector) decode(text string) error {
	marks := map[byte]int{'!': -1, '|': -1}
	octets, err := unescape(text, func(mark byte, at int) { marks[mark] = at })
	v.octets, v.fault, v.end = octets, marks['!'], marks['|']
	if v.end < 0 {
		v.end = len(octets)
	}
	return err
}

var methods = map[string]parser.Method{
	"CONNECT": parser.MethodConnect, "DELETE": parser.MethodDelete, "GET": parser.MethodGet,
	"HEAD": parser.MethodHead, "POST": parser.MethodPost,
}

var leniences = map[string]parser.Lenience{
	"bare-lf": parser.LenientBareLF, "obs-fold": parser.LenientObsFold,
	"missing-reason-space": parser.LenientMissingReasonSpace,
}

func (v *vector) option(word string) error {
	name, value, _ := strings.Cut(word, "=")
	if name == "lenient" {
		for _, bit := range strings.Split(value, ",") {
			if leniences[bit] == 0 {
				return fmt.Errorf("lenience %q", bit)
			}
			v.options.Lenience |= leniences[bit]
		}
		return nil
	}
	limit, ok := map[string]*int{
		"max-head-size": &v.options.MaxHeadSize, "max-fields": &v.options.MaxFields,
		"max-chunk-line": &v.options.MaxChunkLine, "max-chunk-ext": &v.options.MaxChunkExt,
		"max-trailer-size": &v.options.MaxTrailerSize,
	}[name]
	if !ok {
		return fmt.Errorf("option %q", word)
	}
	var err error
	*limit, err = strconv.Atoi(value)
	return err
}

// repeated matches the notation for many equal lines.
var repeated = regexp.MustCompile(`^(\d+) times (.*)$`)

// expected brings the expectations into the form in which results are shown.
func (v *vector) expected(lines []string) error {
	v.expect = []string{}
	failing := false
	for _, line := range lines {
		times := 1
		if m := repeated.FindStringSubmatch(line); m != nil {
			times, _ = strconv.Atoi(m[1])
			line = m[2]
		}
		if strings.HasPrefix(line, "error ") {
			failing = true
			line += fmt.Sprintf(" at octet %d", v.fault)
		} else {
			octets, err := unescape(line, nil)
			if err != nil {
				return err
			}
			line = escape(octets)
		}
		v.expect = append(v.expect, slices.Repeat([]string{line}, times)...)
	}
	if failing != (v.fault >= 0) {
		return fmt.Errorf(`an error and the mark \! go together`)
	}
	return nil
}
