package conn_test

import "strings"

const (
	ok        = "HTTP/1.1 200 OK\r\n"
	five      = "Content-Length: 5\r\n\r\nhello"
	okChunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	evil      = ok + "Content-Length: 4\r\n\r\nEVIL"
)

func hostileStatusLines() []hostileResponse {
	var cases []hostileResponse
	for _, line := range []string{"HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.1 200 all is well", "HTTP/1.1 200  OK", "HTTP/1.1 200 \tOK", "HTTP/1.1 200 \xc3\xa9\x80\xff", "HTTP/1.9 200 OK"} {
		cases = append(cases, hostileResponse{name: "valid " + line, send: line + "\r\n" + five, want: "200(hello) kept"})
	}
	for _, line := range []string{"", " HTTP/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 2OO OK", "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 20. OK", "HTTP/1.1 2 0 OK",
		"HTTP/1.1 000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 0x2 OK", "HTTP/1.1 OK", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 200OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200 O\x00K", "HTTP/1.1 200 O\x7fK", "HTTP/1.1 200 O\x0bK", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 OK\r",
		"http/1.1 200 OK", "HTTP/2 200 OK", "HTTP/2.0 200 OK", "HTTP/1 200 OK", "HTTP/1.10 200 OK", "HTTP/1.x 200 OK", "HTTP/1,1 200 OK", "ICY 200 OK", "XHTTP/1.1 200 OK", "HTTP 200 OK", "GET / HTTP/1.1", "\x01\x02", "<html>", "\r\nHTTP/1.1 200 OK"} {
		cases = append(cases, hostileResponse{name: "invalid " + line, send: line + "\r\n" + five, want: "error"})
	}
	return append(cases, []hostileResponse{
		{name: "unknown status", send: "HTTP/1.1 299 Odd\r\n" + five, want: "299(hello) kept"},
		{name: "no class", send: "HTTP/1.1 999 Odd\r\n" + five, want: "999(hello) kept"},
		{name: "LF", send: "HTTP/1.1 200 OK\n" + five, want: "error"},
		{name: "nothing", want: "error"},
		{name: "cut in the line", send: "HTTP/1.1 200 O", want: "error"},
		{name: "cut behind the line", send: ok, want: "error"},
		{name: "cut in the fields", send: ok + "Content-Le", want: "error"},
		{name: "cut before the last LF", send: ok + "Content-Length: 0\r\n\r", want: "error"},
		{name: "TLS alert", send: "\x15\x03\x01\x00\x02\x02\x46", want: "error"},
	}...)
}

func hostileInformational() []hostileResponse {
	return []hostileResponse{
		{name: "100", send: "HTTP/1.1 100 Continue\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "103 with fields", send: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "unknown", send: "HTTP/1.1 199 Odd\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "several", send: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "with a length", send: "HTTP/1.1 103 Early Hints\r\nContent-Length: 100\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "chunked", send: "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "with close", send: "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n" + ok + five, want: "200(hello) kept"},
		{name: "only", send: "HTTP/1.1 100 Continue\r\n\r\n", want: "error"},
		{name: "without its empty line", send: "HTTP/1.1 100 Continue\r\n" + ok + five, want: "error"},
		{name: "101 that nobody asked for", send: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", want: "error"},
		{name: "a flood", send: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 2000) + ok + five, want: "error"},
	}
}

func hostileResponseFields() []hostileResponse {
	field := func(s string) string { return ok + s + "\r\n" + five }
	var cases []hostileResponse
	for _, s := range []string{"A:", "A: \x80\xff", "A: a\tb", "!#$%&'*+-.^_`|~: v", "A: a\r\n b", "A: a\r\n\tb", "A:\r\n b", "A: a\r\n ", "Trailer: Content-Length"} {
		cases = append(cases, hostileResponse{name: "valid " + s, send: field(s), want: "200(hello) kept"})
	}
	for _, s := range []string{"A", ": v", "A : v", "A\t: v", "A b: v", " A: b", "\tA: b", "A(: b", "A\x00: b", "A\x80: b", "A: \x00", "A: a\x0bb", "A: \x7f", "A: a\rb", "A: b\n", "A: b\r", "\rA: b", "\r", "\n"} {
		cases = append(cases, hostileResponse{name: "invalid " + s, send: field(s), want: "error"})
	}
	return append(cases, []hostileResponse{
		{name: "too many", send: ok + strings.Repeat("A: b\r\n", 200) + five, want: "error"},
		{name: "too large", send: ok + "A: " + strings.Repeat("b", 70<<10) + "\r\n" + five, want: "error"},
		{name: "LF LF", send: "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", want: "error"},
		{name: "CR LF CR X", send: ok + "A: b\r\n\r" + five, want: "error"},
		{name: "a folded length", send: ok + "Content-Length:\r\n 5\r\n\r\nhello", want: "200(hello) kept"},
		{name: "a length on a folded line", send: ok + "A: b\r\n Content-Length: 3\r\n" + five, want: "200(hello) kept"},
		{name: "a folded coding", send: ok + "Transfer-Encoding:\r\n chunked\r\n\r\n" + helloChunks, want: "200(hello) kept"},
		{name: "a coding cut by a fold", send: ok + "Transfer-Encoding: chun\r\n ked\r\n\r\n" + helloChunks, want: "error"},
	}...)
}

func hostileNoContent() []hostileResponse {
	head := func(send, want string) hostileResponse {
		return hostileResponse{name: "HEAD " + send, send: send, want: want, method: "HEAD", behind: !strings.HasSuffix(send, "\r\n\r\n")}
	}
	connect := func(send, want string) hostileResponse {
		return hostileResponse{name: "CONNECT " + send, send: send, want: want, method: "CONNECT"}
	}
	return []hostileResponse{
		{name: "204", send: "HTTP/1.1 204 No Content\r\n\r\n", want: "204() kept"},
		{name: "204 of length 0", send: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", want: "204() kept"},
		{name: "204 with content", send: "HTTP/1.1 204 No Content\r\n" + five, want: "error"},
		{name: "204 chunked", send: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", want: "204() closed"},
		{name: "204 and another", behind: true, send: "HTTP/1.1 204 No Content\r\n\r\n" + evil, want: "204() closed"},
		{name: "304", send: "HTTP/1.1 304 Not Modified\r\n\r\n", want: "304() kept"},
		{name: "304 with a length", send: "HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n", want: "304() kept"},
		{name: "304 chunked", send: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", want: "304() kept"},
		{name: "304 and content", behind: true, send: "HTTP/1.1 304 Not Modified\r\n" + five, want: "304() closed"},
		{name: "304 and another", behind: true, send: "HTTP/1.1 304 Not Modified\r\n\r\n" + evil, want: "304() closed"},
		{name: "304 in HTTP/1.0", send: "HTTP/1.0 304 Not Modified\r\n\r\n", want: "304() closed"},
		{name: "205 has content if it says so", send: "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", want: "205() kept"},
		head(ok+"\r\n", "200() kept"),
		head(ok+"Content-Length: 5\r\n\r\n", "200() kept"),
		head(ok+"Content-Length: 5\r\n\r\nhello", "200() closed"),
		head(ok+"Transfer-Encoding: chunked\r\n\r\n", "200() kept"),
		head(ok+"Content-Length: 44\r\n\r\n"+evil, "200() closed"),
		head(ok+"Connection: close\r\n\r\n", "200() closed"),
		head("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n", "404() kept"),
		connect(ok+"\r\n", "200() closed"),
		connect(ok+"Content-Length: 5\r\n\r\n", "200() closed"),
		connect(ok+"Transfer-Encoding: chunked\r\n\r\n", "200() closed"),
		connect("HTTP/1.1 407 Proxy Authentication Required\r\n"+five, "407(hello) kept"),
	}
}

func hostileResponseLength() []hostileResponse {
	var cases []hostileResponse
	for _, v := range []string{"5", "05", "\t 5 \t", "5, 5", "5,5", "5\r\nContent-Length: 5", "5\r\ncontent-length: 5"} {
		cases = append(cases, hostileResponse{name: "valid " + v, send: ok + "Content-Length:" + v + "\r\n\r\nhello", want: "200(hello) kept"})
	}
	for _, v := range []string{"", "+5", "-5", "-0", "5x", "0x5", "5.0", "5e0", "5_0", "0_5", "5 5", "5,", ",5", "5,6", "5;", "\"5\"", "5\x00", "5\x0b", "5\x85", "\xd9\xa5", "abc", "chunked", "5\r\nContent-Length: 6", "5\r\nContent-Length:", "0\r\nContent-Length: 5",
		"9223372036854775808", "18446744073709551616", "18446744073709551621", strings.Repeat("9", 99)} {
		cases = append(cases, hostileResponse{name: "invalid " + v, send: ok + "Content-Length: " + v + "\r\n\r\nhello", want: "error"})
	}
	return append(cases, []hostileResponse{
		{name: "zero", send: ok + "Content-Length: 0\r\n\r\n", want: "200() kept"},
		{name: "too little content", send: ok + "Content-Length: 10\r\n\r\nhello", want: "error"},
		{name: "no content", send: ok + "Content-Length: 5\r\n\r\n", want: "error"},
		{name: "2^32+5 is not 5", send: ok + "Content-Length: 4294967301\r\n\r\nhello", want: "error"},
		{name: "another name", send: ok + "Content_Length: 3\r\n\r\nhello", want: "200(hello) closed"},
		{name: "octets of every value", send: ok + "Content-Length: 256\r\n\r\n" + everyOctet, want: "200(" + everyOctet + ") kept"},
		{name: "content that looks like a response", send: ok + "Content-Length: 42\r\n\r\n" + evil, want: "200(" + evil + ") kept"},
	}...)
}

func hostileResponseChunks() []hostileResponse {
	var cases []hostileResponse
	for _, line := range []string{"5", "0005", "00000000000000000005", "5;a;b=c;d=\"e;f\\\"\"", "5 ; a = \"b\""} {
		cases = append(cases, hostileResponse{name: "valid line " + line, send: okChunked + line + "\r\nhello\r\n0\r\n\r\n", want: "200(hello) kept"})
	}
	for _, line := range []string{"", "g", "0x5", "+5", "-5", " 5", "5 ", "5\t", "5x", "5.", "5\x00", "5;", "5;a=", "5;a b", "5;a=\"b", "5;a\x01", "5\n", "5\r", "5;a\n", "5;a=\"\n\"", "5;a=\"\r\nhello\r\n0\r\n\r\n\"", "10000000000000005", "ffffffffffffffff", "8000000000000000", "7fffffffffffffff"} {
		cases = append(cases, hostileResponse{name: "invalid line " + line, send: okChunked + line + "\r\nhello\r\n0\r\n\r\n", want: "error"})
	}
	for _, v := range []string{"CHUNKED", "\t chunked \t"} {
		cases = append(cases, hostileResponse{name: "coding " + v, send: ok + "Transfer-Encoding:" + v + "\r\n\r\n" + helloChunks, want: "200(hello) kept"})
	}
	for _, v := range []string{"", "gzip", "identity", "chunked, identity", "identity, chunked", "gzip, chunked", "chunked, chunked", "chunked,", "chunked;a=b", "\"chunked\"", "xchunked", "\x0bchunked", "chunked\x00", "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: x",
		"chunked\r\nContent-Length: 5", "chunked\r\nContent-Length: 0", "chunked\r\nContent-Length: x"} {
		cases = append(cases, hostileResponse{name: "bad coding " + v, send: ok + "Transfer-Encoding: " + v + "\r\n\r\n" + helloChunks, want: "error"})
	}
	return append(cases, []hostileResponse{
		{name: "no content", send: okChunked + "0\r\n\r\n", want: "200() kept"},
		{name: "trailers", send: okChunked + "5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n", want: "200(hello) kept"},
		{name: "a forbidden trailer", send: okChunked + "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n", want: "error"},
		{name: "a bad trailer", send: okChunked + "5\r\nhello\r\n0\r\nA b\r\n\r\n", want: "error"},
		{name: "endless trailers", send: okChunked + "0\r\n" + strings.Repeat("A: b\r\n", 5000), want: "error"},
		{name: "and another", behind: true, send: okChunked + helloChunks + evil, want: "200(hello) closed"},
		{name: "cut before the first chunk", send: okChunked, want: "error"},
		{name: "cut in the size", send: okChunked + "5", want: "error"},
		{name: "cut in the data", send: okChunked + "5\r\nhel", want: "error"},
		{name: "cut behind the data", send: okChunked + "5\r\nhello", want: "error"},
		{name: "cut before the last chunk", send: okChunked + "5\r\nhello\r\n", want: "error"},
		{name: "cut in the last chunk", send: okChunked + "5\r\nhello\r\n0\r\n", want: "error"},
		{name: "cut before the last LF", send: okChunked + "5\r\nhello\r\n0\r\n\r", want: "error"},
		{name: "two other octets behind the data", send: okChunked + "5\r\nhelloXX0\r\n\r\n", want: "error"},
		{name: "LF behind the data", send: okChunked + "5\r\nhello\n0\r\n\r\n", want: "error"},
		{name: "a flood of extensions", send: okChunked + strings.Repeat("1;"+strings.Repeat("a", 100)+"\r\nx\r\n", 200), want: "error"},
		{name: "in HTTP/1.0", send: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks, want: "error"},
		{name: "blank before the colon", send: ok + "Transfer-Encoding : chunked\r\n\r\n" + helloChunks, want: "error"},
	}...)
}

func hostileResponsePersistence() []hostileResponse {
	option := func(v string) string { return ok + "Connection: " + v + "\r\n" + five }
	var cases []hostileResponse
	for _, v := range []string{"close", "CLOSE", "foo, close", "close, foo", "keep-alive\r\nConnection: close", "keep-alive, close", ",close"} {
		cases = append(cases, hostileResponse{name: "closed: " + v, send: option(v), want: "200(hello) closed"})
	}
	for _, v := range []string{"", "keep-alive", "foo", "closed", "\"close\"", "close;q=1", "Content-Length"} {
		cases = append(cases, hostileResponse{name: "kept: " + v, send: option(v), want: "200(hello) kept"})
	}
	return append(cases, []hostileResponse{
		{name: "until close", send: ok + "\r\nhello", want: "200(hello) closed"},
		{name: "until close, nothing", send: ok + "\r\n", want: "200() closed"},
		{name: "until close, whatever follows", send: ok + "\r\n" + evil, want: "200(" + evil + ") closed"},
		{name: "HTTP/1.0", send: "HTTP/1.0 200 OK\r\n" + five, want: "200(hello) closed"},
		{name: "HTTP/1.0 with keep-alive", send: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + five, want: "200(hello) kept"},
		{name: "HTTP/1.0 until close", send: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello", want: "200(hello) closed"},
		{name: "another behind", behind: true, send: ok + five + evil, want: "200(hello) closed"},
		{name: "junk behind", behind: true, send: ok + five + "junk", want: "200(hello) closed"},
		{name: "an empty line behind", behind: true, send: ok + five + "\r\n", want: "200(hello) closed"},
		{name: "408 on an idle connection behind", behind: true, send: ok + five + "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", want: "200(hello) closed"},
	}...)
}
