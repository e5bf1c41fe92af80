package spec

// Classes are the sets of octets that scanners and kernels run over. Each is
// one bit of an octet's entry in the class table.
var Classes = []Class{
	{
		Name: "Tchar", Rule: "tchar", Section: "RFC 9110 §5.6.2",
		Ranges: []Range{{'!', '!'}, {'#', '\''}, {'*', '+'}, {'-', '.'}, {'0', '9'}, {'A', 'Z'}, {'^', 'z'}, {'|', '|'}, {'~', '~'}},
		Words:  []Range{{'-', '.'}, {'0', '9'}, {'A', 'Z'}, {'^', 'z'}},
		Doc:    "methods, field names, list elements",
	},
	{
		Name: "Target", Rule: "target-octet", Long: true, Section: "RFC 9112 §3.2",
		Ranges: []Range{{0x21, 0x22}, {0x24, 0x7E}},
		Words:  []Range{{0x24, 0x7E}},
		Doc:    "the request target, whatever its form",
	},
	{
		Name: "Field", Rule: "field-octet", Long: true, Section: "RFC 9110 §5.5",
		Ranges: []Range{{'\t', '\t'}, {0x20, 0x7E}, {0x80, 0xFF}},
		Words:  []Range{{0x20, 0x7E}, {0x80, 0xFF}},
		Doc:    "field values and reason phrases; every other octet is a control",
	},
	{
		Name: "WSP", Rule: "WSP", Section: "RFC 5234 Appendix B.1",
		Ranges: []Range{{'\t', '\t'}, {' ', ' '}},
		Doc:    "optional white space",
	},
	{
		Name: "Digit", Rule: "DIGIT", Section: "RFC 5234 Appendix B.1",
		Ranges: []Range{{'0', '9'}},
		Doc:    "Content-Length, ports",
	},
	{
		Name: "Hexdig", Rule: "HEXDIG", Section: "RFC 5234 Appendix B.1",
		Ranges: []Range{{'0', '9'}, {'A', 'F'}, {'a', 'f'}},
		Doc:    "chunk sizes",
	},
	{
		Name: "RegName", Rule: "reg-name-octet", Section: "RFC 3986 §3.2.2",
		Ranges: []Range{{'!', '!'}, {'$', '$'}, {'&', '.'}, {'0', '9'}, {';', ';'}, {'=', '='}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {'~', '~'}},
		Doc:    "host names, but for percent-encoding",
	},
	{
		Name: "Scheme", Rule: "scheme-octet", Section: "RFC 3986 §3.1",
		Ranges: []Range{{'+', '+'}, {'-', '.'}, {'0', '9'}, {'A', 'Z'}, {'a', 'z'}},
		Doc:    "the scheme of an absolute-form target",
	},
}
