package spec

// Leniences are the bits of parser.Lenience, in this order, from bit 0. Each
// names the rule in Rules whose octets need it.
var Leniences = []Lenience{
	{
		Go: "BareLF", Rule: "bare-LF", Section: "RFC 9112 §2.2", Error: "BareLF",
		Doc:  "takes LF alone for the end of a line of a head or a trailer section, never in chunked framing",
		Risk: "an upstream or downstream hop that sees no line end there reads another message: request smuggling",
	},
	{
		Go: "ObsFold", Rule: "continuation", Section: "RFC 9112 §5.2", Error: "ObsFold",
		Doc:  "takes a line that starts with white space for the rest of the field line before it; the line end is overwritten with spaces, in the caller's buffer",
		Risk: "a hop that takes the folded line for a field line, or for a value's end, sees other fields",
	},
	{
		Go: "MissingReasonSpace", Rule: "missing-reason-space", Section: "RFC 9112 §4", Error: "StatusCode",
		Doc:  "takes a status line that ends right after the status code, without the space that goes before an absent reason phrase",
		Risk: "none known; many origin servers send it",
	},
}
