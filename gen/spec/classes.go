package spec

// Classes are the sets of octets that scanners and kernels run over. Each is
// one bit of an octet's entry in the class table.
var Classes = []Class{
	{"Tchar", "tchar", []Range{{'!', '!'}, {'#', '\''}, {'*', '+'}, {'-', '.'}, {'0', '9'}, {'A', 'Z'}, {'^', 'z'}, {'|', '|'}, {'~', '~'}}, "RFC 9110 §5.6.2", "methods, field names, list elements"},
	{"Target", "target-octet", []Range{{0x21, 0x22}, {0x24, 0x7E}}, "RFC 9112 §3.2", "the request target, whatever its form"},
	{"Field", "field-octet", []Range{{'\t', '\t'}, {0x20, 0x7E}, {0x80, 0xFF}}, "RFC 9110 §5.5", "field values and reason phrases; every other octet is a control"},
	{"WSP", "WSP", []Range{{'\t', '\t'}, {' ', ' '}}, "RFC 5234 Appendix B.1", "optional white space"},
	{"Digit", "DIGIT", []Range{{'0', '9'}}, "RFC 5234 Appendix B.1", "Content-Length, ports"},
	{"Hexdig", "HEXDIG", []Range{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, "RFC 5234 Appendix B.1", "chunk sizes"},
	{"RegName", "reg-name-octet", []Range{{'!', '!'}, {'$', '$'}, {'&', '.'}, {'0', '9'}, {';', ';'}, {'=', '='}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {'~', '~'}}, "RFC 3986 §3.2.2", "host names, but for percent-encoding"},
	{"Scheme", "scheme-octet", []Range{{'+', '+'}, {'-', '.'}, {'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "RFC 3986 §3.1", "the scheme of an absolute-form target"},
}
