package conn_test

import "strings"

// request is a request without content whose request line is given.
func request(line string) string { return line + "\r\nHost: h\r\n\r\n" }

func hostileMethods() []hostile {
	return []hostile{
		{"lower case is another method, with content like any", "head / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi" + next, "200(hi) 200(NEXT) open"},
		{"every tchar", request("!#$%&'*+-.^_`|~09azAZ / HTTP/1.1"), "200() open"},
		{"one letter", request("X / HTTP/1.1"), "200() open"},
		{"two thousand letters", request(strings.Repeat("M", 2000) + " / HTTP/1.1"), "200() open"},
		{"delimiter", request("GE(T / HTTP/1.1"), "400 close"},
		{"at sign", request("GE@T / HTTP/1.1"), "400 close"},
		{"quotes", request(`"GET" / HTTP/1.1`), "400 close"},
		{"colon", request("GET: / HTTP/1.1"), "400 close"},
		{"comma", request("GET,POST / HTTP/1.1"), "400 close"},
		{"slash", request("G/T / HTTP/1.1"), "400 close"},
		{"high octet", request("G\xc9T / HTTP/1.1"), "400 close"},
		{"NUL", request("G\x00T / HTTP/1.1"), "400 close"},
		{"DEL", request("GET\x7f / HTTP/1.1"), "400 close"},
		{"empty", request(" / HTTP/1.1"), "400 close"},
		{"blank before", request(" GET / HTTP/1.1"), "400 close"},
		{"HTAB before", request("\tGET / HTTP/1.1"), "400 close"},
		{"TLS client hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\xaa", 40), "400 close"},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 close"},
		{"SOCKS 5", "\x05\x01\x00", "400 close"},
		{"SMTP", "EHLO mail.test\r\n", "400 close"},
		{"longer than any, RFC 9112 §3", strings.Repeat("M", 70<<10), "501 close"},
	}
}

func hostileTargets() []hostile {
	return []hostile{
		{"OPTIONS *", request("OPTIONS * HTTP/1.1"), "200() open"},
		{"OPTIONS absolute", request("OPTIONS http://h HTTP/1.1"), "200() open"},
		{"absolute with query and no path", request("GET http://h?q HTTP/1.1"), "200() open"},
		{"absolute with port", request("GET http://h:8080/ HTTP/1.1"), "200() open"},
		{"absolute with empty port", request("GET http://h:/ HTTP/1.1"), "200() open"},
		{"absolute, another scheme", request("GET ftp://h/ HTTP/1.1"), "200() open"},
		{"three slashes", request("GET /// HTTP/1.1"), "200() open"},
		{"question marks", request("GET /??? HTTP/1.1"), "200() open"},
		{"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", "200() close"},
		{"CONNECT to IPv6", "CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200() close"},
		{"CONNECT without port", request("CONNECT h HTTP/1.1"), "400 close"},
		{"CONNECT, empty port", request("CONNECT h: HTTP/1.1"), "400 close"},
		{"CONNECT, port 0", request("CONNECT h:0 HTTP/1.1"), "400 close"},
		{"CONNECT, port 65536", request("CONNECT h:65536 HTTP/1.1"), "400 close"},
		{"CONNECT, port that wraps", request("CONNECT h:4294967376 HTTP/1.1"), "400 close"},
		{"CONNECT, signed port", request("CONNECT h:+80 HTTP/1.1"), "400 close"},
		{"CONNECT without host", request("CONNECT :80 HTTP/1.1"), "400 close"},
		{"CONNECT to a path", request("CONNECT / HTTP/1.1"), "400 close"},
		{"CONNECT to a URI", request("CONNECT http://h/ HTTP/1.1"), "400 close"},
		{"CONNECT with userinfo", request("CONNECT u@h:80 HTTP/1.1"), "400 close"},
		{"CONNECT *", request("CONNECT * HTTP/1.1"), "400 close"},
		{"POST *", request("POST * HTTP/1.1"), "400 close"},
		{"OPTIONS **", request("OPTIONS ** HTTP/1.1"), "400 close"},
		{"OPTIONS *?q", request("OPTIONS *?q HTTP/1.1"), "400 close"},
		{"authority", request("GET h:80 HTTP/1.1"), "400 close"},
		{"no slash", request("GET index.html HTTP/1.1"), "400 close"},
		{"dot", request("GET ./ HTTP/1.1"), "400 close"},
		{"query only", request("GET ?q HTTP/1.1"), "400 close"},
		{"one slash behind the scheme", request("GET http:/h/ HTTP/1.1"), "400 close"},
		{"no slash behind the scheme", request("GET http:h HTTP/1.1"), "400 close"},
		{"no scheme", request("GET ://h/ HTTP/1.1"), "400 close"},
		{"scheme with a digit first", request("GET 1http://h/ HTTP/1.1"), "400 close"},
		{"absolute without host", request("GET http:/// HTTP/1.1"), "400 close"},
		{"absolute with nothing", request("GET http:// HTTP/1.1"), "400 close"},
		{"absolute with port and no host", request("GET http://:80/ HTTP/1.1"), "400 close"},
		{"https without host", request("GET https://?x HTTP/1.1"), "400 close"},
		{"absolute with userinfo", request("GET http://u:p@h/ HTTP/1.1"), "400 close"},
		{"absolute, open bracket", request("GET http://[::1/ HTTP/1.1"), "400 close"},
		{"absolute, backslash", request(`GET http://h\@evil/ HTTP/1.1`), "400 close"},
		{"absolute, bad port", request("GET http://h:x/ HTTP/1.1"), "400 close"},
		{"absolute needs Host all the same", "GET http://h/ HTTP/1.1\r\n\r\n", "400 close"},
		{"absolute does not mend Host", "GET http://h/ HTTP/1.1\r\nHost: a b\r\n\r\n", "400 close"},
		{"fragment", request("GET /#f HTTP/1.1"), "400 close"},
		{"fragment only", request("GET # HTTP/1.1"), "400 close"},
		{"NUL", request("GET /a\x00 HTTP/1.1"), "400 close"},
		{"VT", request("GET /a\x0bb HTTP/1.1"), "400 close"},
		{"DEL", request("GET /\x7f HTTP/1.1"), "400 close"},
		{"UTF-8", request("GET /é HTTP/1.1"), "400 close"},
		{"a request line within it", request("GET / HTTP/1.1 HTTP/1.1"), "400 close"},
		{"blank", request("GET /a b HTTP/1.1"), "400 close"},
		{"blank behind", request("GET /  HTTP/1.1"), "400 close"},
		{"empty", request("GET  HTTP/1.1"), "400 close"},
		{"missing", request("GET HTTP/1.1"), "400 close"},
		{"longer than we read, RFC 9112 §3", "GET /" + strings.Repeat("a", 70<<10), "414 close"},
		{"query longer than we read", "GET /?" + strings.Repeat("a", 70<<10) + " HTTP/1.1\r\nHost: h\r\n\r\n", "414 close"},
	}
}

func hostileVersions() []hostile {
	var cases []hostile
	for _, v := range []string{"HTTP/1.1 ", "HTTP/1.1\t", "HTTP/1.", "HTTP/.1", "HTTP/1", "HTTP/", "HTTP", "HTTP/1.10", "HTTP/1.1.1",
		"HTTP/10.1", "HTTP/+1.1", "HTTP/-1.1", "HTTP/1.-1", "HTTP/ 1.1", "HTTP /1.1", "HTTP/1 .1", "HTTP/1. 1", "HTTPS/1.1",
		"http/1.1", "Http/1.1", "HTTP\\1.1", "HTTP/1,1", "HTTP/a.1", "HTTP/1.b", "HTTP//1.1", "HTTP/1.1\x00", "HTTP/1.1\x0b", "HTTP/1.\xb9",
		"HTTP/\xef\xbc\x91.1", "ICAP/1.0", "RTSP/1.0", "SIP/2.0", "/1.1", "1.1"} {
		cases = append(cases, hostile{"not the grammar's " + v, request("GET / " + v), "400 close"})
	}
	return append(cases, []hostile{
		{"0.9", request("GET / HTTP/0.9"), "505 close"},
		{"2.0", request("GET / HTTP/2.0"), "505 close"},
		{"9.9", request("GET / HTTP/9.9"), "505 close"},
		{"01.1, told at its first digit", request("GET / HTTP/01.1"), "505 close"},
		{"1.9 is read as 1.1", request("GET / HTTP/1.9"), "200() open"},
		{"1.9 needs Host", "GET / HTTP/1.9\r\n\r\n", "400 close"},
		{"1.9 may be chunked", strings.Replace(chunked, "1.1", "1.9", 1) + helloChunks + next, "200(hello) 200(NEXT) open"},
		{"simple request of HTTP/0.9", "GET /\r\n" + smug, "400 close"},
	}...)
}

func hostileLineEnds() []hostile {
	return []hostile{
		{"one empty line before", "\r\n" + get + "\r\n", "200() open"},
		{"one empty line between", post + "Content-Length: 1\r\n\r\na\r\n" + next, "200(a) 200(NEXT) open"},
		{"two empty lines before", "\r\n\r\n" + get + "\r\n", "400 close"},
		{"LF before", "\n" + get + "\r\n", "400 close"},
		{"CR before", "\r" + get + "\r\n", "400 close"},
		{"blank line before", " \r\n" + get + "\r\n", "400 close"},
		{"LF ends the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", "400 close"},
		{"CR ends the request line", "GET / HTTP/1.1\rHost: h\r\n\r\n", "400 close"},
		{"CR CR LF ends the request line", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", "400 close"},
		{"LF CR ends the request line", "GET / HTTP/1.1\n\rHost: h\r\n\r\n", "400 close"},
		{"CR in the target", request("GET /\r HTTP/1.1"), "400 close"},
		{"LF in the target", request("GET /\n HTTP/1.1"), "400 close"},
		{"CR for a blank", request("GET\r/ HTTP/1.1"), "400 close"},
		{"HTAB for a blank", request("GET\t/ HTTP/1.1"), "400 close"},
		{"VT for a blank", request("GET\x0b/ HTTP/1.1"), "400 close"},
		{"NBSP for a blank", request("GET\xa0/ HTTP/1.1"), "400 close"},
		{"two blanks", request("GET  / HTTP/1.1"), "400 close"},
		{"LF ends a field line", "GET / HTTP/1.1\r\nHost: h\n\r\n", "400 close"},
		{"LF ends the head", get + "\n" + smug, "400 close"},
		{"CR ends the head", get + "\r" + smug, "400 close"},
		{"LF LF", "GET / HTTP/1.1\nHost: h\n\n" + smug, "400 close"},
		{"CR CR", "GET / HTTP/1.1\rHost: h\r\r" + smug, "400 close"},
		{"CR LF CR X", get + "\rX: y\r\n\r\n", "400 close"},
		{"CR CR LF CR LF", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", "400 close"},
		{"NEL", "GET / HTTP/1.1\x85Host: h\x85\x85", "400 close"},
		{"U+2028", "GET / HTTP/1.1\xe2\x80\xa8Host: h\r\n\r\n", "400 close"},
	}
}
