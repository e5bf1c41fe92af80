// Package automaton turns ABNF (RFC 5234) into the smallest deterministic
// automaton that reads it, with marks on the way: what a scanner has to do when
// it gets there, and what it may do only with leave. It refuses what would make
// a scanner wrong in silence: a rule that recurs or that nothing needs, a state
// from which no end can be reached, an octet after which two different things
// would have to be done.
package automaton

import (
	"fmt"
	"strconv"
	"strings"
)

// Expr is an ABNF expression: one of the types below.
type Expr interface{}

type (
	// Octets is any one octet of a set.
	Octets struct{ Set Set }
	// Seq is one after the other; an empty Seq is the empty string.
	Seq []Expr
	// Alt is any one of several.
	Alt []Expr
	// Repeat is Min to Max times; Max < 0 means without end.
	Repeat struct {
		Of       Expr
		Min, Max int
	}
	// Ref is another rule.
	Ref string
)

// ParseABNF reads the right-hand side of a rule: RFC 5234 with the
// case-sensitive strings of RFC 7405, without comments and prose.
func ParseABNF(text string) (Expr, error) {
	p := &abnf{text: text}
	e, err := p.alternation()
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(p.text) {
		return nil, p.failure("unexpected %q", p.text[p.pos:])
	}
	return e, nil
}

type abnf struct {
	text string
	pos  int
}

func (p *abnf) failure(format string, args ...any) error {
	return fmt.Errorf("abnf %q, at %d: %s", p.text, p.pos, fmt.Sprintf(format, args...))
}

func (p *abnf) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *abnf) space() {
	for strings.IndexByte(" \t\n", p.peek()) >= 0 && p.pos < len(p.text) {
		p.pos++
	}
}

func (p *abnf) alternation() (Expr, error) {
	var alt Alt
	for {
		e, err := p.concatenation()
		if err != nil {
			return nil, err
		}
		alt = append(alt, e)
		if p.space(); p.peek() != '/' {
			break
		}
		p.pos++
	}
	if len(alt) == 1 {
		return alt[0], nil
	}
	return alt, nil
}

func (p *abnf) concatenation() (Expr, error) {
	var seq Seq
	for {
		p.space()
		if c := p.peek(); c == 0 || c == '/' || c == ')' || c == ']' {
			break
		}
		e, err := p.repetition()
		if err != nil {
			return nil, err
		}
		seq = append(seq, e)
	}
	switch len(seq) {
	case 0:
		return nil, p.failure("nothing where an element should be")
	case 1:
		return seq[0], nil
	}
	return seq, nil
}

// repetition = [repeat] element; repeat = 1*DIGIT / (*DIGIT "*" *DIGIT).
func (p *abnf) repetition() (Expr, error) {
	low, counted := p.number()
	high := low
	if p.peek() == '*' {
		p.pos++
		counted = true
		var bounded bool
		if high, bounded = p.number(); !bounded {
			high = -1
		}
	}
	e, err := p.element()
	if err != nil || !counted {
		return e, err
	}
	return Repeat{e, low, high}, nil
}

func (p *abnf) number() (n int, ok bool) {
	for ; p.peek() >= '0' && p.peek() <= '9'; p.pos++ {
		n, ok = n*10+int(p.peek()-'0'), true
	}
	return n, ok
}

func (p *abnf) element() (Expr, error) {
	switch c := p.peek(); {
	case c == '(' || c == '[':
		p.pos++
		e, err := p.alternation()
		if err != nil {
			return nil, err
		}
		end := byte(')')
		if c == '[' {
			e, end = Repeat{e, 0, 1}, ']'
		}
		if p.space(); p.peek() != end {
			return nil, p.failure("%q is missing", end)
		}
		p.pos++
		return e, nil
	case c == '"':
		return p.literal(false)
	case c == '%':
		return p.value()
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		from := p.pos
		for isRuleChar(p.peek()) {
			p.pos++
		}
		return Ref(p.text[from:p.pos]), nil
	default:
		return nil, p.failure("unexpected %q", c)
	}
}

func isRuleChar(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-'
}

// literal reads a quoted string. Letters match either case, unless exact.
func (p *abnf) literal(exact bool) (Expr, error) {
	end := strings.IndexByte(p.text[p.pos+1:], '"')
	if end < 0 {
		return nil, p.failure("a quote is missing")
	}
	s := p.text[p.pos+1 : p.pos+1+end]
	p.pos += end + 2
	seq := Seq{}
	for i := range len(s) {
		var set Set
		set.Add(s[i], s[i])
		if l := s[i] | 0x20; !exact && l >= 'a' && l <= 'z' {
			set.Add(l, l)
			set.Add(l&^0x20, l&^0x20)
		}
		seq = append(seq, Octets{set})
	}
	return seq, nil
}

// value reads %s"…", %x41, %x41-5A or %x0D.0A.
func (p *abnf) value() (Expr, error) {
	p.pos++
	base := 0
	switch p.peek() {
	case 's':
		if p.pos++; p.peek() != '"' {
			return nil, p.failure("%%s without a string")
		}
		return p.literal(true)
	case 'x':
		base = 16
	case 'd':
		base = 10
	default:
		return nil, p.failure("unknown kind of value %q", p.peek())
	}
	p.pos++
	low, err := p.octet(base)
	if err != nil {
		return nil, err
	}
	var set Set
	if p.peek() == '-' {
		p.pos++
		high, err := p.octet(base)
		if err != nil {
			return nil, err
		}
		set.Add(low, high)
		return Octets{set}, nil
	}
	set.Add(low, low)
	seq := Seq{Octets{set}}
	for p.peek() == '.' {
		p.pos++
		if low, err = p.octet(base); err != nil {
			return nil, err
		}
		var next Set
		next.Add(low, low)
		seq = append(seq, Octets{next})
	}
	return seq, nil
}

func (p *abnf) octet(base int) (byte, error) {
	from := p.pos
	for c := p.peek() | 0x20; c >= '0' && c <= '9' || base == 16 && c >= 'a' && c <= 'f'; c = p.peek() | 0x20 {
		p.pos++
	}
	n, err := strconv.ParseUint(p.text[from:p.pos], base, 8)
	if err != nil {
		return 0, p.failure("%v", err)
	}
	return byte(n), nil
}
