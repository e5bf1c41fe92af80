// Package spec is the grammar of HTTP/1 as data: everything package parser
// accepts, refuses and names stands here once, beside the text of the RFC that
// it comes from. It holds no functions. gen/automaton compiles it, gen/golang,
// gen/asm, gen/doc and gen/vector emit from it.
//
// To allow an octet, add a rule, name a field, an error or a lenience: one line
// here, one golden in testdata/vectors, `make generate`.
package spec

// Range is an inclusive range of octets.
type Range struct{ Lo, Hi byte }

// Class is a set of octets. ABNF is the text of the RFC, and a test holds
// Ranges against it. Words are those of them that code for eight octets at a time
// accepts, where there is such code: what nearly all input is made of, for every range
// costs it time. The rest it leaves to the scanner.
type Class struct {
	Name    string // Go name in package parser
	Rule    string // its rule name in Rules
	Ranges  []Range
	Words   []Range
	Long    bool // its runs are long: scan several octets at a time
	Section string
	Doc     string
}

// Rule is one ABNF rule (RFC 5234). Text is the RFC's own, unless Note says
// what was narrowed and why.
type Rule struct {
	Name, Text, Section string
	Note                string
}

// Mark is something that the scanner does on the way, where a rule begins or
// has ended.
type Mark struct {
	Rule   string
	End    bool   // at the octet after the rule; else at the first octet of it
	Action string // what the scanner does there
}

// Instead is an octet that gets an error of its own.
type Instead struct {
	Set   string // a rule name: the octets meant
	Error string
}

// State names one state of a machine by an input that leads to it, and says
// which error it is when an octet comes that has no way on from there. The
// generator refuses a list that does not name every state exactly once.
type State struct {
	Name     string
	After    string
	Expect   string
	Insteads []Instead
}

// Machine is one automaton: what it accepts, what it does meanwhile, and which
// error each failure is.
type Machine struct {
	Name     string // Go prefix of its states and tables
	Start    string // its rule
	Doc      string
	Anchored bool // it reads a whole string, not the front of a stream
	Marks    []Mark
	States   []State // in the order of their numbers; none: not named, Error for all
	Error    string
}

// Method is one entry of the IANA HTTP Method Registry.
type Method struct {
	Name, Go         string
	Safe, Idempotent bool
	Section          string
}

// Role is what a field does to a message beyond describing it.
type Role uint8

// Roles are a bit set.
const (
	Frames   Role = 1 << iota // it says where the message ends
	Routes                    // it says where the message goes
	Connects                  // it belongs to the connection, not to the message
	Decodes                   // it says how content is to be decoded
	Controls                  // it asks for something before content is looked at
)

// Field is a field name that framing, routing or the connection layer asks for.
// NotInTrailer: RFC 9110 §6.5.1 keeps it out of a trailer section.
type Field struct {
	Name, Go     string
	Role         Role
	NotInTrailer bool
	Section      string
	ABNF         string
}

// Error is one way in which octets break the rules.
type Error struct {
	Go      string // without Err
	Text    string
	Status  int // what a server answers
	Section string
}

// Lenience is one named deviation that a deployment may ask for.
type Lenience struct {
	Go, Rule string // Rule marks the alternatives in the grammar that need it
	Section  string
	Error    string // what it is without this lenience, unless the state says otherwise
	Doc      string // what it lets through
	Risk     string
}
