package conn

import (
	"strconv"

	"github.com/h1wire/h1wire/parser"
)

// StartLine is a request line or a status line (RFC 9112 §3 and §4): which one
// the side of the connection decides. The slices of one that was received alias
// the connection's buffer and are valid until the callback returns; those of one
// that is sent are only read, and only until the call returns.
type StartLine struct {
	Version parser.Version // zero when sending: HTTP/1.1

	Method     parser.Method // of a received request; MethodOther when not registered
	MethodName []byte
	Target     []byte

	Status int
	Reason []byte // sending: nil means the registered phrase
}

// RequestLine returns the request line to send for a method and a target, in
// the form that the method needs (RFC 9112 §3.2). It copies neither string.
func RequestLine(method, target string) StartLine {
	return StartLine{MethodName: octets(method), Target: octets(target)}
}

// StatusLine returns the status line to send for a status code, with its
// registered reason phrase.
func StatusLine(status int) StartLine { return StartLine{Status: status} }

// ReasonPhrase returns the reason phrase registered for a status code (RFC 9110
// §15 and the IANA registry), or "" when there is none.
func ReasonPhrase(status int) string {
	if status < 100 || status >= 100+len(statusLines) || statusLines[status-100] == "" {
		return ""
	}
	line := statusLines[status-100]
	return line[len("HTTP/1.1 200 ") : len(line)-len("\r\n")]
}

// appendStatusLine appends a status line with its CRLF. The version is always
// HTTP/1.1, the highest that this side conforms to (RFC 9110 §6.2).
func (s *StartLine) appendStatusLine(b []byte) ([]byte, error) {
	if s.Reason == nil && s.Status >= 100 && s.Status < 100+len(statusLines) {
		if line := statusLines[s.Status-100]; line != "" {
			return append(b, line...), nil
		}
	}
	if s.Status < 100 || s.Status > 999 {
		return b, &OutputError{Rule: "status code " + strconv.Itoa(s.Status) + " is not of three digits", Section: "RFC 9110 §15"}
	}
	if !validFieldValue(s.Reason) {
		return b, &OutputError{Rule: "reason phrase with a control octet", Section: "RFC 9112 §4"}
	}
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(s.Status), 10)
	b = append(b, ' ')
	b = append(b, s.Reason...)
	return append(b, "\r\n"...), nil
}

// appendRequestLine appends a request line with its CRLF.
func (s *StartLine) appendRequestLine(b []byte) ([]byte, error) {
	if !validToken(s.MethodName) {
		return b, &OutputError{Rule: "method is not a token", Section: "RFC 9110 §9.1"}
	}
	if !validTarget(s.Target) {
		return b, &OutputError{Rule: "request target is empty or has an octet that no URI has", Section: "RFC 9112 §3.2"}
	}
	b = append(b, s.MethodName...)
	b = append(b, ' ')
	b = append(b, s.Target...)
	if s.Version == parser.HTTP10 {
		return append(b, " HTTP/1.0\r\n"...), nil
	}
	return append(b, " HTTP/1.1\r\n"...), nil
}

// appendLength appends n, which is not negative, in decimal and CRLF: the rest of a
// Content-Length.
func appendLength(b []byte, n int64) []byte {
	if n < 10 {
		return append(b, '0'+byte(n), '\r', '\n')
	}
	return append(strconv.AppendInt(b, n, 10), "\r\n"...)
}

// statusLines holds the complete status line of every registered status code,
// from 100 on.
var statusLines = func() (lines [412]string) {
	for status, reason := range map[int]string{
		100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints",
		104: "Upload Resumption Supported",

		200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
		204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
		208: "Already Reported", 226: "IM Used",

		300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
		304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",

		400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
		404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
		407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
		411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
		414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
		417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content",
		423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required",
		428: "Precondition Required", 429: "Too Many Requests",
		431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",

		500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
		503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
		506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected",
		511: "Network Authentication Required",
	} {
		lines[status-100] = "HTTP/1.1 " + strconv.Itoa(status) + " " + reason + "\r\n"
	}
	return lines
}()
