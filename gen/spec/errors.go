package spec

// Errors are the ErrorCodes of package parser, in this order, from 1. Text
// completes "RFC x §y: …". An offset goes with each; see parser.Error.
var Errors = []Error{
	// Start line.
	{"EmptyLines", "more than one empty line before the request line", 400, "RFC 9112 §2.2"},
	{"Method", "the method is not a token followed by one space", 400, "RFC 9112 §3.1"},
	{"MethodTooLong", "the method is longer than the limit", 501, "RFC 9112 §3"},
	{"Target", "octet not allowed in the request target", 400, "RFC 9112 §3.2"},
	{"TargetTooLong", "the request line is longer than the limit", 414, "RFC 9110 §15.5.15"},
	{"Version", "malformed HTTP version", 400, "RFC 9112 §2.3"},
	{"VersionUnsupported", "the major version is not 1", 505, "RFC 9110 §15.6.6"},
	{"StatusCode", "the status code is not three digits from 100 up", 400, "RFC 9112 §4"},
	{"Reason", "octet not allowed in the reason phrase", 400, "RFC 9112 §4"},
	// Lines.
	{"BareLF", "a line ends in LF without CR", 400, "RFC 9112 §2.2"},
	{"BareCR", "CR is not followed by LF", 400, "RFC 9112 §2.2"},
	{"LeadingSpace", "white space before the first field line", 400, "RFC 9112 §2.2"},
	// Field lines.
	{"FieldName", "the field name is empty or not a token", 400, "RFC 9110 §5.1"},
	{"SpaceBeforeColon", "white space between field name and colon", 400, "RFC 9112 §5.1"},
	{"MissingColon", "a field line without a colon", 400, "RFC 9112 §5"},
	{"FieldValue", "octet not allowed in a field value", 400, "RFC 9110 §5.5"},
	{"ObsFold", "obsolete line folding", 400, "RFC 9112 §5.2"},
	{"TooManyFields", "more field lines than the limit", 431, "RFC 6585 §5"},
	{"HeadTooLarge", "the head is larger than the limit", 431, "RFC 6585 §5"},
	// Routing.
	{"TargetForm", "the method does not go with this form of request target", 400, "RFC 9112 §3.2"},
	{"Authority", "malformed authority in the request target", 400, "RFC 9110 §4.2.1"},
	{"Port", "CONNECT needs a port from 1 to 65535", 400, "RFC 9110 §9.3.6"},
	{"HostMissing", "an HTTP/1.1 request without Host", 400, "RFC 9112 §3.2"},
	{"HostRepeated", "more than one Host", 400, "RFC 9112 §3.2"},
	{"Host", "invalid Host", 400, "RFC 9112 §3.2"},
	// Framing.
	{"ContentLength", "Content-Length is not a number", 400, "RFC 9112 §6.3"},
	{"ContentLengthTooLarge", "Content-Length is larger than 2^63-1", 400, "RFC 9110 §8.6"},
	{"ContentLengthConflict", "Content-Length has differing values", 400, "RFC 9112 §6.3"},
	{"ContentForbidden", "a 204 response announces content", 400, "RFC 9110 §8.6"},
	{"TransferEncoding", "chunked is not the last transfer coding, or is there twice, or the list is malformed", 400, "RFC 9112 §6.3"},
	{"TransferCoding", "unknown transfer coding", 501, "RFC 9112 §6.1"},
	{"TransferEncodingWithLength", "both Transfer-Encoding and Content-Length", 400, "RFC 9112 §6.1"},
	{"TransferEncodingVersion", "Transfer-Encoding in HTTP/1.0", 400, "RFC 9112 §6.1"},
	// Chunked bodies.
	{"ChunkSize", "the chunk size is not a hexadecimal number", 400, "RFC 9112 §7.1"},
	{"ChunkSizeTooLarge", "the chunk size is larger than 2^63-1", 400, "RFC 9112 §7.1"},
	{"ChunkExt", "malformed chunk extension", 400, "RFC 9112 §7.1.1"},
	{"ChunkLineTooLong", "a chunk-size line is longer than the limit", 400, "RFC 9112 §7.1.1"},
	{"ChunkExtTooLarge", "longer chunk lines than content makes up for", 400, "RFC 9112 §7.1.1"},
	{"ChunkData", "chunk data is not followed by CRLF", 400, "RFC 9112 §7.1"},
	{"TrailerField", "a field that must not stand in a trailer section", 400, "RFC 9110 §6.5.1"},
	{"TrailerTooLarge", "the trailer section is larger than the limit", 431, "RFC 6585 §5"},
}
