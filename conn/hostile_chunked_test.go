package conn_test

import "strings"

func hostileChunks() []hostile {
	var cases []hostile
	for _, line := range []string{"5", "05", "00000000000000000005", "5;a", "5;a=b", "5;a;b", "5;a;b=c;d=\"e\"", "5 ;a", "5\t; a", "5; a=b", "5;a =b", "5;a= b", "5;a = b", "5;a=b ;c", "5;a=\"\"",
		"5;a=\"b c\"", "5;a=\"b;c=d\"", "5;a=\"\\\"\"", "5;a=\"\\\\\"", "5;a=\"\t\"", "5;a=\"\x80\xff\"", "5;a=\"\\\xff\"", "5;a=\"b\" ;c", "5;!#$%&'*+-.^_`|~=1", "5;0=0"} {
		cases = append(cases, hostile{"valid line " + line, chunked + line + "\r\nhello\r\n0\r\n\r\n" + next, "200(hello) 200(NEXT) open"})
	}
	for _, line := range []string{"", " ", "g", "5g", "5h", "0x5", "0X5", "\\x5", "#5", "$5", "%35", "+5", "-5", "-0", " 5", "\t5", "0 5", "5 5", "5 ", "5\t", "5.", "5.0", "5,", "5:", "5_", "5=a", "5=", "5\x00", "\x005", "5\x0b", "5\x85", "5\xa0",
		"\xd9\xa5", "５", "5;", "5;;a", "5; ", "5;a;", "5;a=", "5;a= ", "5;=b", "5;a b", "5;a=b c", "5;a=b ", "5;a ", "5;a=b=c", "5;a=\"b", "5;a=b\"", "5;a=\"b\"c", "5;a=\"b\"\"c\"", "5;a='b c'", "5;\"a\"=b", "5;a=\"\x00\"", "5;a=\"\x7f\"",
		"5;a=\"\\\x00\"", "5;a=\"\\", "5;a\x01b", "5;a=b\x7f", "5;a=b/c", "5;a(b)", "5;\xff", "5;a=\xff", "5,a=b", "5 a", "5 a=b",
		"5\n", "5;a\n", "5\r", "5;a\r", "5;a\nb", "5;a=\"\n\"", "5;a=\"\r\n\"", "5;a=\"\r\"", "5;a=\"\\\r\n\"", "\n5", "\r\n5", "\r5", "5\r\r", "5\rX"} {
		cases = append(cases, hostile{"invalid line " + line, chunked + line + "\r\nhello\r\n0\r\n\r\n" + smug, "400 close"})
	}
	return append(cases, []hostile{
		{"sizes in every case of letter", chunked + "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n" + next, "200(01234567890123456789a) 200(NEXT) open"},
		{"an octet each", chunked + "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n" + next, "200(hi) 200(NEXT) open"},
		{"no content", chunked + "0\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"last chunk of many zeros", chunked + "000000\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"last chunk with an extension", chunked + "0;a=\"b\"\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"data of line ends", chunked + "4\r\n\r\n\r\n\r\n0\r\n\r\n" + next, "200(\r\n\r\n) 200(NEXT) open"},
		{"data that looks like the end", chunked + "5\r\n0\r\n\r\n\r\n0\r\n\r\n" + next, "200(0\r\n\r\n) 200(NEXT) open"},
		{"octets of every value", chunked + "100\r\n" + everyOctet + "\r\n0\r\n\r\n" + next, "200(" + everyOctet + ") 200(NEXT) open"},
		{"a size line of LF", chunked + "5\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"a size line of CR", chunked + "5\rhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"an extension and LF", chunked + "5;a\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"LF behind the data", chunked + "5\r\nhello\n0\r\n\r\n" + smug, "400 close"},
		{"LF LF behind the data", chunked + "5\r\nhello\n\n0\r\n\r\n" + smug, "400 close"},
		{"CR behind the data", chunked + "5\r\nhello\r0\r\n\r\n" + smug, "400 close"},
		{"CR CR LF behind the data", chunked + "5\r\nhello\r\r\n0\r\n\r\n" + smug, "400 close"},
		{"two other octets behind the data", chunked + "5\r\nhelloXX0\r\n\r\n" + smug, "400 close"},
		{"nothing behind the data", chunked + "5\r\nhello0\r\n\r\n" + smug, "400 close"},
		{"more data than said", chunked + "3\r\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"less data than said", chunked + "7\r\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"an empty line between chunks", chunked + "5\r\nhello\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"blanks for a size", chunked + " \r\n\r\n" + smug, "400 close"},
		{"minus zero", chunked + "-0\r\n\r\n" + smug, "400 close"},
		{"2^64+5", chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"2^64", chunked + "10000000000000000\r\n\r\n" + smug, "400 close"},
		{"2^63", chunked + "8000000000000000\r\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"2^64-1", chunked + "ffffffffffffffff\r\nhello\r\n0\r\n\r\n" + smug, "400 close"},
		{"2^128", chunked + "1" + strings.Repeat("0", 32) + "\r\n\r\n" + smug, "400 close"},
		{"2^32+5 is not 5", chunked + "100000005\r\nhello\r\n0\r\n\r\n" + smug, "413 close"},
		{"2^63-1 is over the limit", chunked + "7fffffffffffffff\r\nhello", "413 close"},
		{"a size without end", chunked + strings.Repeat("0", 5000), "400 close"},
		{"an extension without end", chunked + "5;a=" + strings.Repeat("b", 5000), "400 close"},
		{"a quoted extension without end", chunked + "5;a=\"" + strings.Repeat("b", 5000), "400 close"},
		{"a flood of extensions", chunked + strings.Repeat("1;"+strings.Repeat("a", 100)+"\r\nx\r\n", 200), "400 close"},
		{"a thousand chunks with a short one", chunked + strings.Repeat("1;a\r\nx\r\n", 1000) + "0\r\n\r\n" + next, "200(" + strings.Repeat("x", 1000) + ") 200(NEXT) open"},
		{"64 KiB in one", chunked + "10000\r\n" + strings.Repeat("x", 1<<16) + "\r\n0\r\n\r\n" + next, "200(" + strings.Repeat("x", 1<<16) + ") 200(NEXT) open"},
		{"twice chunked", chunked + helloChunks + chunked + helloChunks + next, "200(hello) 200(hello) 200(NEXT) open"},
	}...)
}

func hostileTrailers() []hostile {
	trailers := func(s string) string { return chunked + "5\r\nhello\r\n0\r\n" + s + "\r\n" }
	var cases []hostile
	for _, s := range []string{"", "A: b\r\n", "A:\r\n", "A: b\r\na: c\r\n", "Date: x\r\nServer: y\r\n", "A: \xff\r\n", "Authorization: x\r\nCookie: y\r\n", strings.Repeat("A: b\r\n", 100)} {
		cases = append(cases, hostile{"valid " + s, trailers(s) + next, "200(hello) 200(NEXT) open"})
	}
	for _, s := range []string{"Content-Length: 5\r\n", "content-length:\r\n", "Transfer-Encoding: chunked\r\n", "Host: evil\r\n", "Connection: close\r\n", "Expect: 100-continue\r\n", "Upgrade: x\r\n", "TE: x\r\n", "Trailer: x\r\n", "Content-Encoding: gzip\r\n",
		"A\r\n", "A b\r\n", ": v\r\n", "A : b\r\n", "A\t: b\r\n", " A: b\r\n", "\tA: b\r\n", " \r\n", "A: b\r\n c\r\n", "A: b\r\n\tc\r\n", "A(: b\r\n", "A@: b\r\n", "A\x80: b\r\n", "A: \x00\r\n", "A: \x7f\r\n", "A: a\rb\r\n", "A: b\n", "A: b\r", "A: b\r\r\n", "\n", "\r", "A: b\nB: c\r\n"} {
		cases = append(cases, hostile{"invalid " + s, trailers(s) + smug, "400 close"})
	}
	return append(cases, []hostile{
		{"announced", post + "Trailer: A\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"announced and forbidden", post + "Trailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n" + smug, "400 close"},
		{"announced and missing", post + "Trailer: A\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"a request in their place", chunked + "0\r\n" + smug, "400 close"},
		{"LF at the end", chunked + "0\r\n\n" + smug, "400 close"},
		{"CR at the end", chunked + "0\r\n\r" + smug, "400 close"},
		{"too many", trailers(strings.Repeat("A: b\r\n", 129)), "431 close"},
		{"too large", trailers("A: " + strings.Repeat("b", 17<<10)), "431 close"},
	}...)
}
