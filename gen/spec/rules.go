package spec

// Rules is the grammar. The text of a rule is that of the section named; where
// a Note stands, the rule is ours, or narrower than the RFC's, and the note says
// why.
var Rules = []Rule{
	// Core rules.
	{Name: "ALPHA", Text: `%x41-5A / %x61-7A`, Section: "RFC 5234 Appendix B.1"},
	{Name: "CR", Text: `%x0D`, Section: "RFC 5234 Appendix B.1"},
	{Name: "CRLF", Text: `CR LF`, Section: "RFC 5234 Appendix B.1"},
	{Name: "DIGIT", Text: `%x30-39`, Section: "RFC 5234 Appendix B.1"},
	{Name: "DQUOTE", Text: `%x22`, Section: "RFC 5234 Appendix B.1"},
	{Name: "HEXDIG", Text: `DIGIT / "A" / "B" / "C" / "D" / "E" / "F"`, Section: "RFC 5234 Appendix B.1"},
	{Name: "HTAB", Text: `%x09`, Section: "RFC 5234 Appendix B.1"},
	{Name: "LF", Text: `%x0A`, Section: "RFC 5234 Appendix B.1"},
	{Name: "SP", Text: `%x20`, Section: "RFC 5234 Appendix B.1"},
	{Name: "VCHAR", Text: `%x21-7E`, Section: "RFC 5234 Appendix B.1"},
	{Name: "WSP", Text: `SP / HTAB`, Section: "RFC 5234 Appendix B.1"},

	// Common syntax.
	{Name: "OWS", Text: `*( SP / HTAB )`, Section: "RFC 9110 §5.6.3"},
	{Name: "RWS", Text: `1*( SP / HTAB )`, Section: "RFC 9110 §5.6.3"},
	{Name: "BWS", Text: `OWS`, Section: "RFC 9110 §5.6.3"},
	{Name: "token", Text: `1*tchar`, Section: "RFC 9110 §5.6.2"},
	{Name: "tchar", Text: `"!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "` + "`" + `" / "|" / "~" / DIGIT / ALPHA`, Section: "RFC 9110 §5.6.2"},
	{Name: "obs-text", Text: `%x80-FF`, Section: "RFC 9110 §5.5"},
	{Name: "quoted-string", Text: `DQUOTE *( qdtext / quoted-pair ) DQUOTE`, Section: "RFC 9110 §5.6.4"},
	{Name: "qdtext", Text: `HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text`, Section: "RFC 9110 §5.6.4"},
	{Name: "quoted-pair", Text: `"\" ( HTAB / SP / VCHAR / obs-text )`, Section: "RFC 9110 §5.6.4"},

	// Lines.
	{Name: "line-end", Text: `CRLF / bare-LF`, Section: "RFC 9112 §2.2",
		Note: "the RFC writes CRLF and lets a recipient take LF; here that needs leave"},
	{Name: "field-end", Text: `CRLF / bare-LF`, Section: "RFC 9112 §2.2",
		Note: "the line end of a field line, told apart to hang a mark on"},
	{Name: "empty-line", Text: `CRLF / bare-LF`, Section: "RFC 9112 §2.2",
		Note: "a line end with nothing before it, told apart because it ends the section"},
	{Name: "bare-LF", Text: `LF`, Section: "RFC 9112 §2.2", Note: "needs LenientBareLF"},

	// Request line.
	{Name: "request-head", Text: `[ empty-line ] request-line line-end *( field-line field-end ) empty-line`, Section: "RFC 9112 §2.1",
		Note: "HTTP-message without its body, and the one empty line before it that §2.2 lets through"},
	{Name: "request-line", Text: `method SP request-target SP HTTP-version`, Section: "RFC 9112 §3"},
	{Name: "method", Text: `token`, Section: "RFC 9112 §3.1"},
	{Name: "request-target", Text: `1*target-octet`, Section: "RFC 9112 §3.2",
		Note: "origin-form / absolute-form / authority-form / asterisk-form: which may stand there depends on the method, so Authority decides"},
	{Name: "target-octet", Text: `%x21-22 / %x24-7E`, Section: "RFC 9112 §3.2",
		Note: "what may stand in any form, and the printable octets that RFC 3986 leaves out but clients send; never the # of a fragment"},
	{Name: "HTTP-version", Text: `HTTP-name "/" "1" "." DIGIT`, Section: "RFC 9112 §2.3",
		Note: "the RFC has any DIGIT before the dot; another major version is another protocol, an error of its own"},
	{Name: "HTTP-name", Text: `%s"HTTP"`, Section: "RFC 9112 §2.3"},

	// Status line.
	{Name: "response-head", Text: `status-line line-end *( field-line field-end ) empty-line`, Section: "RFC 9112 §2.1",
		Note: "HTTP-message without its body"},
	{Name: "status-line", Text: `HTTP-version SP status-code ( SP [ reason-phrase ] / missing-reason-space )`, Section: "RFC 9112 §4"},
	{Name: "status-code", Text: `%x31-39 2DIGIT`, Section: "RFC 9112 §4",
		Note: "3DIGIT in the RFC; RFC 9110 §15 makes codes below 100 invalid"},
	{Name: "reason-phrase", Text: `1*( HTAB / SP / VCHAR / obs-text )`, Section: "RFC 9112 §4"},
	{Name: "missing-reason-space", Text: `""`, Section: "RFC 9112 §4", Note: "needs LenientMissingReasonSpace"},

	// Field lines.
	{Name: "field-line", Text: `field-name ":" OWS field-value OWS *( obs-fold field-value OWS )`, Section: "RFC 9112 §5",
		Note: "the RFC's ends before obs-fold, which §5.2 adds"},
	{Name: "field-name", Text: `token`, Section: "RFC 9110 §5.1"},
	{Name: "field-value", Text: `*field-content`, Section: "RFC 9110 §5.5"},
	{Name: "field-content", Text: `field-vchar [ 1*( SP / HTAB / field-vchar ) field-vchar ]`, Section: "RFC 9110 §5.5"},
	{Name: "field-vchar", Text: `VCHAR / obs-text`, Section: "RFC 9110 §5.5"},
	{Name: "field-octet", Text: `HTAB / SP / VCHAR / obs-text`, Section: "RFC 9110 §5.5",
		Note: "every octet that a field value with white space around it has a place for"},
	{Name: "obs-fold", Text: `OWS field-end continuation`, Section: "RFC 9112 §5.2", Note: "OWS CRLF RWS in the RFC"},
	{Name: "continuation", Text: `RWS`, Section: "RFC 9112 §5.2", Note: "needs LenientObsFold"},
	{Name: "trailer-section", Text: `*( field-line field-end ) empty-line`, Section: "RFC 9112 §7.1.2",
		Note: "with the CRLF that ends the chunked body"},

	// Chunked bodies.
	{Name: "next-chunk", Text: `CRLF chunk-line`, Section: "RFC 9112 §7.1",
		Note: "from the end of one chunk's data to the start of the next's"},
	{Name: "chunk-line", Text: `chunk-size [ chunk-ext ] CRLF`, Section: "RFC 9112 §7.1",
		Note: "the line that chunk and last-chunk begin with; a size of zero makes it the last"},
	{Name: "chunk-size", Text: `1*size-digit`, Section: "RFC 9112 §7.1"},
	{Name: "size-digit", Text: `HEXDIG`, Section: "RFC 9112 §7.1", Note: "to hang a mark on"},
	{Name: "chunk-ext", Text: `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`, Section: "RFC 9112 §7.1.1"},
	{Name: "chunk-ext-name", Text: `token`, Section: "RFC 9112 §7.1.1"},
	{Name: "chunk-ext-val", Text: `token / quoted-string`, Section: "RFC 9112 §7.1.1"},

	// Host and authority.
	{Name: "Host", Text: `[ uri-host [ ":" port ] ]`, Section: "RFC 9110 §7.2",
		Note: "empty as a whole, or with a host that is not empty (RFC 9110 §4.2.1)"},
	{Name: "uri-host", Text: `IP-literal / IPv4address / reg-name`, Section: "RFC 3986 §3.2.2"},
	{Name: "port", Text: `*DIGIT`, Section: "RFC 3986 §3.2.3"},
	{Name: "IP-literal", Text: `"[" ( IPv6address / IPvFuture ) "]"`, Section: "RFC 3986 §3.2.2"},
	{Name: "IPvFuture", Text: `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`, Section: "RFC 3986 §3.2.2"},
	{Name: "IPv6address", Text: `6( h16 ":" ) ls32
		/ "::" 5( h16 ":" ) ls32
		/ [ h16 ] "::" 4( h16 ":" ) ls32
		/ [ *1( h16 ":" ) h16 ] "::" 3( h16 ":" ) ls32
		/ [ *2( h16 ":" ) h16 ] "::" 2( h16 ":" ) ls32
		/ [ *3( h16 ":" ) h16 ] "::" h16 ":" ls32
		/ [ *4( h16 ":" ) h16 ] "::" ls32
		/ [ *5( h16 ":" ) h16 ] "::" h16
		/ [ *6( h16 ":" ) h16 ] "::"`, Section: "RFC 3986 §3.2.2"},
	{Name: "h16", Text: `1*4HEXDIG`, Section: "RFC 3986 §3.2.2"},
	{Name: "ls32", Text: `( h16 ":" h16 ) / IPv4address`, Section: "RFC 3986 §3.2.2"},
	{Name: "IPv4address", Text: `dec-octet "." dec-octet "." dec-octet "." dec-octet`, Section: "RFC 3986 §3.2.2"},
	{Name: "dec-octet", Text: `DIGIT / %x31-39 DIGIT / "1" 2DIGIT / "2" %x30-34 DIGIT / "25" %x30-35`, Section: "RFC 3986 §3.2.2"},
	{Name: "reg-name", Text: `1*( unreserved / pct-encoded / sub-delims )`, Section: "RFC 3986 §3.2.2",
		Note: "*( … ) in the RFC; an empty host is no host in http (RFC 9110 §4.2.1)"},
	{Name: "reg-name-octet", Text: `unreserved / sub-delims`, Section: "RFC 3986 §3.2.2", Note: "what a reg-name is made of but for percent-encoding"},
	{Name: "unreserved", Text: `ALPHA / DIGIT / "-" / "." / "_" / "~"`, Section: "RFC 3986 §2.3"},
	{Name: "sub-delims", Text: `"!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="`, Section: "RFC 3986 §2.2"},
	{Name: "pct-encoded", Text: `"%" HEXDIG HEXDIG`, Section: "RFC 3986 §2.1"},
	{Name: "scheme-octet", Text: `ALPHA / DIGIT / "+" / "-" / "."`, Section: "RFC 3986 §3.1", Note: "scheme = ALPHA *( ALPHA / DIGIT / \"+\" / \"-\" / \".\" )"},
}
