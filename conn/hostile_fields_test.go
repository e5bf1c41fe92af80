package conn_test

import "strings"

func hostileFieldLines() []hostile {
	field := func(line string) string { return get + line + "\r\n\r\n" }
	cases := []hostile{
		{"every tchar in a name", field("!#$%&'*+-.^_`|~09azAZ: v"), "200() open"},
		{"empty value", field("A:"), "200() open"},
		{"value of blanks", field("A: \t \t "), "200() open"},
		{"no blank before the value", field("A:v"), "200() open"},
		{"obs-text in a value", field("A: \x80\xff"), "200() open"},
		{"HTAB in a value", field("A: a\tb"), "200() open"},
		{"colons in a value", field("A: :b:"), "200() open"},
		{"a request in a value", field("A: GET / HTTP/1.1"), "200() open"},
		{"a framing field in a value", field("A: Content-Length: 10"), "200() open"},
		{"no colon", field("A"), "400 close"},
		{"blank for a colon", field("A b"), "400 close"},
		{"name continued on the next line", post + "Transfer-\r\nEncoding: chunked\r\n\r\n" + helloChunks, "400 close"},
		{"no name", field(": v"), "400 close"},
		{"no name, nothing", field(":"), "400 close"},
		{"blank before the colon", field("A : v"), "400 close"},
		{"HTAB before the colon", field("A\t: v"), "400 close"},
		{"blank in the name", field("A b: v"), "400 close"},
		{"blank before Host's colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "400 close"},
		{"line of blanks", field(" "), "400 close"},
		{"obs-fold", field("A: a\r\n b"), "400 close"},
		{"obs-fold with HTAB", field("A: a\r\n\tb"), "400 close"},
		{"obs-fold of nothing", field("A: a\r\n "), "400 close"},
		{"obs-fold of an empty value", field("A:\r\n b"), "400 close"},
		{"obs-fold hides a field", field("A: a\r\n Content-Length: 10"), "400 close"},
		{"obs-fold behind Host", "GET / HTTP/1.1\r\nHost: h\r\n evil\r\n\r\n", "400 close"},
		{"blank before the first field line", "GET / HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n", "400 close"},
		{"HTAB before the first field line", "GET / HTTP/1.1\r\n\tA: b\r\nHost: h\r\n\r\n", "400 close"},
		{"blanks before the first field line", "GET / HTTP/1.1\r\n \r\nHost: h\r\n\r\n", "400 close"},
		{"CR in a value", field("A: a\rb"), "400 close"},
		{"LF in a value", field("A: a\nb"), "400 close"},
		{"LF and a field line", field("A: a\nTransfer-Encoding: chunked"), "400 close"},
		{"CR and a field line", field("A: a\rTransfer-Encoding: chunked"), "400 close"},
		{"CR CR LF", field("A: a\r"), "400 close"},
		{"CR in a name", field("A\r: v"), "400 close"},
		{"LF in a name", field("A\n: v"), "400 close"},
		{"CR before a name", field("\rA: v"), "400 close"},
		{"BOM before a name", field("\xef\xbb\xbfA: v"), "400 close"},
		{"129 field lines", get + strings.Repeat("A: b\r\n", 128) + "\r\n", "431 close"},
		{"128 field lines", get + strings.Repeat("A: b\r\n", 127) + "\r\n", "200() open"},
		{"head too large, in a value", get + "A: " + strings.Repeat("a", 66000), "431 close"},
		{"head too large, in a name", get + strings.Repeat("a", 66000), "431 close"},
		{"head too large, in white space", get + "A:" + strings.Repeat(" ", 66000), "431 close"},
		{"Upgrade that nobody knows", field("Connection: Upgrade\r\nUpgrade: nosuch/9") + next, "200() 200(NEXT) open"},
		{"h2c", field("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA") + next, "200() 200(NEXT) open"},
		{"Upgrade with content", post + "Connection: Upgrade\r\nUpgrade: nosuch\r\nContent-Length: 2\r\n\r\nhi" + next, "200(hi) 200(NEXT) open"},
		{"Upgrade in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: nosuch\r\n\r\n", "200() close"},
	}
	for _, c := range []byte("\x00\x01\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f") { // CTL, without HTAB, CR and LF
		cases = append(cases,
			hostile{"control in a value " + hex(c), field("A: a" + string([]byte{c}) + "b"), "400 close"},
			hostile{"control before a value " + hex(c), field("A:" + string([]byte{c}) + "b"), "400 close"},
			hostile{"control behind a value " + hex(c), field("A: b" + string([]byte{c})), "400 close"},
			hostile{"control in a name " + hex(c), field("A" + string([]byte{c}) + ": b"), "400 close"})
	}
	for _, c := range []byte("\"(),/;<=>?@[\\]{}\x80\x85\xa0\xff") { // no tchar
		cases = append(cases, hostile{"octet in a name " + hex(c), field("A" + string([]byte{c}) + ": b"), "400 close"})
	}
	return cases
}

func hex(c byte) string { return string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]) }

func hostileHost() []hostile {
	host := func(v string) string { return "GET / HTTP/1.1\r\nHost: " + v + "\r\n\r\n" }
	var cases []hostile
	for _, v := range []string{"h", "H.TEST", "h:80", "h:", "h:99999", "127.0.0.1", "127.0.0.1:80", "256.256.256.256", "[::1]", "[::1]:80", "[::]:",
		"[1:2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[1::]", "[v1.a:b]", "[vF.!$&'()*+,;=]", "a_b", "a..b", "-", "xn--bcher-kva", "%41", "h%2f", "a,b", "!$&'()*+;=",
		"", strings.Repeat("a", 300)} {
		cases = append(cases, hostile{"valid " + v, host(v), "200() open"})
	}
	for _, v := range []string{"h:80a", "h:a", "h:80:80", "h: 80", "h :80", "h:+80", "h:-1", "h:80,", "a b", "a\tb", "h/", "h/x", "/h", "//h", "h?x", "h#x", `h\x`, "u@h", "u:p@h", "http://h",
		"::1", "[", "]", "[]", "[]:80", "[::1", "::1]", "[::1]x", "[::1]:x", "x[::1]", "[:::1]", "[::1::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[::g]",
		"[::1.2.3]", "[::1.2.3.4.5]", "[::256.1.1.1]", "[::01.2.3.4]", "[1.2.3.4]", "[v.a]", "[v1.]", "[vg.a]", "[fe80::1%eth0]", "h%", "h%4", "h%zz", "h\"", "<h>", "h|", "h^", "h`", "{h}",
		"h\x00", "h\x7f", "h\x80", "bücher", "[[::1]]"} {
		cases = append(cases, hostile{"invalid " + v, host(v), "400 close"})
	}
	return append(cases, []hostile{
		{"none", "GET / HTTP/1.1\r\n\r\n", "400 close"},
		{"none for OPTIONS *", "OPTIONS * HTTP/1.1\r\n\r\n", "400 close"},
		{"none for CONNECT", "CONNECT h:80 HTTP/1.1\r\n\r\n", "400 close"},
		{"none, but X-Forwarded-Host", "GET / HTTP/1.1\r\nX-Forwarded-Host: h\r\n\r\n", "400 close"},
		{"equal ones", get + "Host: h\r\n\r\n", "400 close"},
		{"different ones", get + "Host: evil\r\n\r\n", "400 close"},
		{"an empty one behind", get + "Host:\r\n\r\n", "400 close"},
		{"another case", get + "hOST: h\r\n\r\n", "400 close"},
		{"three", get + "A: b\r\nHost: h\r\nHost: h\r\n\r\n", "400 close"},
		{"two in HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", "400 close"},
		{"invalid in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n", "400 close"},
		{"none in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "200() close"},
		{"other than the target's", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", "200() open"},
		{"two beside a target with authority", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 close"},
		{"white space around", "GET / HTTP/1.1\r\nHost:\t h \t\r\n\r\n", "200() open"},
		{"not the first field line", "GET / HTTP/1.1\r\nA: b\r\nHost: h\r\n\r\n", "200() open"},
	}...)
}
