package conn_test

import "strings"

// Requests whose content is sent at once although they ask for permission: octet
// by octet there is a 100 (Continue), in one piece there need not be.
func hostileExpect() []hostile {
	expect := func(v string) string { return post + "Expect: " + v + "\r\nContent-Length: 5\r\n\r\n" }
	return []hostile{
		{"no content", post + "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"no content, no length", get + "Expect: 100-continue\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"content never comes", expect("100-continue"), "100 open"},
		{"in another case", expect("100-CONTINUE"), "100 open"},
		{"twice in a list", expect("100-continue, 100-continue"), "100 open"},
		{"twice on lines", expect("100-continue\r\nExpect: 100-continue"), "100 open"},
		{"chunked", post + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n", "100 open"},
		{"an empty value", expect("") + "hello" + next, "200(hello) 200(NEXT) open"},
		{"unknown", expect("200-ok") + "hello" + smug, "417 close"},
		{"unknown in a list", expect("100-continue, x") + "hello" + smug, "417 close"},
		{"unknown on a line", expect("100-continue\r\nExpect: x") + "hello" + smug, "417 close"},
		{"with a parameter", expect("100-continue;q=1") + "hello" + smug, "417 close"},
		{"hidden behind a blank", expect("y 100-continue") + "hello" + smug, "417 close"},
		{"quoted", expect("\"100-continue\"") + "hello" + smug, "417 close"},
		{"a fault in the head is final", "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 55\r\n\r\n" + smug, "400 close"},
		{"more than allowed is not asked for", post + "Expect: 100-continue\r\nContent-Length: 999999999999\r\n\r\n", "413 close"},
		{"HTTP/1.0 gets no 100", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", "200(hello) close"},
		{"HTTP/1.0 may expect anything", "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 5\r\n\r\nhello", "200(hello) close"},
	}
}

func hostilePersistence() []hostile {
	option := func(v string) string {
		return post + "Connection: " + v + "\r\nContent-Length: 2\r\n\r\nhi" + next
	}
	var cases []hostile
	for _, v := range []string{"close", "CLOSE", "\t close \t", "close, foo", "foo, close", "foo,close", ",close", "close,", ", ,close", "keep-alive, close", "close, keep-alive",
		"keep-alive\r\nConnection: close", "close\r\nConnection: keep-alive", "foo\r\nConnection: bar, close", "Upgrade, close"} {
		cases = append(cases, hostile{"close: " + v, option(v), "200(hi) close"})
	}
	for _, v := range []string{"", "keep-alive", "Keep-Alive", "foo", "closed", "xclose", "close-not", "clo se", "\"close\"", "close;", "close=1", "close; a=b", "keep-alive;close", "Host", ",", "\xffclose"} {
		cases = append(cases, hostile{"open: " + v, option(v), "200(hi) 200(NEXT) open"})
	}
	old := func(fields string) string { return "POST / HTTP/1.0\r\n" + fields + "Content-Length: 2\r\n\r\nhi" }
	return append(cases, []hostile{
		{"HTTP/1.0", old("") + next, "200(hi) close"},
		{"HTTP/1.0 with keep-alive", old("Connection: keep-alive\r\n") + next, "200(hi) 200(NEXT) open"},
		{"HTTP/1.0 with Keep-Alive", old("Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n") + old("") + next, "200(hi) 200(hi) close"},
		{"HTTP/1.0 with both", old("Connection: keep-alive, close\r\n") + next, "200(hi) close"},
		{"HTTP/1.0 with the field only", old("Keep-Alive: timeout=5\r\n") + next, "200(hi) close"},
		{"HTTP/1.0 twice on one connection", old("Connection: keep-alive\r\n") + old("Connection: keep-alive\r\n"), "200(hi) 200(hi) open"},
		{"HTTP/1.0 through a proxy", old("Proxy-Connection: keep-alive\r\n") + next, "200(hi) close"},
		{"Proxy-Connection means nothing", post + "Proxy-Connection: close\r\n\r\n" + next, "200() 200(NEXT) open"},
	}...)
}

func hostilePipelines() []hostile {
	return []hostile{
		{"two", get + "\r\n" + next, "200() 200(NEXT) open"},
		{"three hundred", strings.Repeat(next, 300), strings.Repeat("200(NEXT) ", 300) + "open"},
		{"HEAD first", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"garbage behind", get + "\r\n\x01\x02\r\n\r\n" + smug, "200() 400 close"},
		{"a bad length behind", next + post + "Content-Length: x\r\n\r\n" + smug, "200(NEXT) 400 close"},
		{"a bad chunk behind", next + chunked + "x\r\n" + smug, "200(NEXT) 400 close"},
		{"after a bad head nothing", "GET /\r\n" + next, "400 close"},
		{"after a bad chunk nothing", chunked + "5\r\nhelloX\r\n0\r\n\r\n" + smug, "400 close"},
		{"after a bad trailer nothing", chunked + "0\r\nX\r\n\r\n" + smug, "400 close"},
		{"after CONNECT nothing", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n" + smug, "200() close"},
		{"a length, then chunks, then nothing", next + chunked + helloChunks + get + "\r\n" + next, "200(NEXT) 200(hello) 200() 200(NEXT) open"},
		{"surplus digits", post + "Content-Length: 0\r\n\r\n0\r\n\r\n" + smug, "200() 400 close"},
		{"a head without end", get + "A: b", "open"},
		{"no line end at all", "GET / HTTP/1.1", "open"},
		{"the last LF missing", get + "\r", "open"},
		{"chunked, the last LF missing", chunked + "5\r\nhello\r\n0\r\n\r", "open"},
		{"large content, then another", post + "Content-Length: 262144\r\n\r\n" + strings.Repeat("w", 1<<18) + next, "200(" + strings.Repeat("w", 1<<18) + ") 200(NEXT) open"},
	}
}
