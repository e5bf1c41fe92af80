package conn_test

import "strings"

// What is said of the framing decides where the next message begins: so each of
// these ends with one that must, or must not, be answered.

func hostileContentLength() []hostile {
	var cases []hostile
	for _, v := range []string{"5", "05", "0000000005", "\t 5 \t", "5, 5", "5,5", "5 ,\t5", "5\r\nContent-Length: 5", "5\r\ncontent-length: 5\r\nCONTENT-LENGTH: 5"} {
		cases = append(cases, hostile{"valid " + v, post + "Content-Length:" + v + "\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"})
	}
	for _, v := range []string{"", " ", "+5", "-5", "-0", "5x", "x5", "0x5", "5.", "5.0", ".5", "5e0", "5_0", "5 5", "5\t5", "5,", ",5", "5,,5", ",", "5,6", "5, 6", "5,x", "5, 5, 6",
		"5;", "5;5", "5:5", "\"5\"", "'5'", "(5)", "5\x00", "5\x0b", "5\x0c", "\x0b5", "5\x85", "5\xa0", "\xa05", "\xd9\xa5", "５", "½", "chunked", "five", "0b101", "5h", "1,000",
		"5\r\nContent-Length: 6", "6\r\nContent-Length: 5", "5\r\nContent-Length: 0", "0\r\nContent-Length: 5", "5\r\nContent-Length:", "5\r\nContent-Length: x", "5\r\nA: b\r\ncontent-LENGTH: 4",
		"9223372036854775808", "18446744073709551616", "18446744073709551621", "36893488147419103237", strings.Repeat("9", 99), "4294967301x"} {
		cases = append(cases, hostile{"invalid " + v, post + "Content-Length: " + v + "\r\n\r\nhello" + smug, "400 close"})
	}
	return append(cases, []hostile{
		{"thirty zeros", post + "Content-Length: " + strings.Repeat("0", 30) + "5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
		{"2^32+5 is not 5", post + "Content-Length: 4294967301\r\n\r\nhello" + smug, "413 close"},
		{"2^63-1", post + "Content-Length: 9223372036854775807\r\n\r\nhello" + smug, "413 close"},
		{"zero", post + "Content-Length: 0\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"none", post + "\r\n" + next, "200() 200(NEXT) open"},
		{"of GET", get + "Content-Length: 5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
		{"of HEAD", "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + next, "200() 200(NEXT) open"},
		{"of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
		{"of TRACE", "TRACE / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
		{"of DELETE that looks like a request", "DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 55\r\n\r\n" + smug, "200(" + smug + ") open"},
		{"of an unknown method", "FOO / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
		{"named by Connection", post + "Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
		{"too much content", post + "Content-Length: 3\r\n\r\nhello", "200(hel) open"},
		{"too little content", post + "Content-Length: 10\r\n\r\nhello", "open"},
		{"another name", post + "Content_Length: 5\r\nX-Content-Length: 5\r\nContent-Lengths: 5\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"blank before the colon", post + "Content-Length : 5\r\n\r\nhello" + smug, "400 close"},
		{"in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 5x\r\n\r\nhello", "400 close"},
		{"none in HTTP/1.0", "POST / HTTP/1.0\r\n\r\nhello", "200() close"},
		{"octets of every value", post + "Content-Length: 256\r\n\r\n" + everyOctet + next, "200(" + everyOctet + ") 200(NEXT) open"},
	}...)
}

var everyOctet = func() string {
	var b [256]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}()

func hostileTransferEncoding() []hostile {
	var cases []hostile
	for _, v := range []string{"chunked", "CHUNKED", "Chunked", "\t chunked \t"} {
		cases = append(cases, hostile{"valid " + v, post + "Transfer-Encoding:" + v + "\r\n\r\n" + helloChunks + next, "200(hello) 200(NEXT) open"})
	}
	for _, v := range []string{"", " ", ",", "chunked,", ",chunked", "chunked, chunked", "chunked,chunked", "chunked, identity", "chunked, gzip", "chunked, x", "chunked\r\nTransfer-Encoding: chunked",
		"chunked\r\nTransfer-Encoding:", "\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity", "chunked\r\ntransfer-encoding: x", "chunked;", "chunked;a=b", "chunked; q=1", "chunked ;a",
		"\"chunked\"", "chunked chunked", "chunked\tx", "chunked/1", "chunked:", "chunked=", "(chunked)", "[chunked]", "chunked\x00", "\x00chunked", "chunked\x0b", "\x0bchunked", "\x0cchunked", "chunked\x0c", "chunked\x08",
		"\x85chunked", "\xa0chunked", "chunked\xa0", "\xffchunked\xff", "chunked\x7f", "chun\r\n ked", "\r\n chunked", "chunked\r\n ", "chunked\x00, identity", "gzip, chunked, chunked", "@", "chunked,\xa0", "chun\u212Aed"} {
		cases = append(cases, hostile{"invalid " + v, post + "Transfer-Encoding: " + v + "\r\n\r\n" + helloChunks + smug, "400 close"})
	}
	for _, v := range []string{"gzip", "identity", "identity, chunked", "gzip, chunked", "x-gzip, chunked", "deflate, chunked", "cow", "xchunked", "chunkedx", "'chunked'", "chunke", "hunked", "x_chunked", "chunked-", "cow\r\nTransfer-Encoding: chunked",
		"cow;a=b, chunked", "a, b, c, chunked", "trailers, chunked", "5"} {
		cases = append(cases, hostile{"unknown " + v, post + "Transfer-Encoding: " + v + "\r\n\r\n" + helloChunks + smug, "501 close"})
	}
	return append(cases, []hostile{
		{"with Content-Length", post + "Content-Length: 15\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"before Content-Length", post + "Transfer-Encoding: chunked\r\nContent-Length: 15\r\n\r\n" + helloChunks + smug, "400 close"},
		{"with Content-Length 0", post + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"with a bad Content-Length", post + "Content-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"unknown with Content-Length", post + "Content-Length: 5\r\nTransfer-Encoding: x\r\n\r\nhello" + smug, "400 close"},
		{"empty with Content-Length", post + "Content-Length: 5\r\nTransfer-Encoding:\r\n\r\nhello" + smug, "400 close"},
		{"CL.TE", post + "Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"TE.CL", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n37\r\n" + smug + "\r\n0\r\n\r\n", "400 close"},
		{"behind a bare LF", post + "Content-Length: 60\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"behind a bare CR", post + "Content-Length: 60\r\nA: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"on a folded line", post + "Content-Length: 60\r\nA: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"name with a blank before", post + "Content-Length: 60\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"name with NUL", post + "Content-Length: 60\r\nTransfer-Encoding\x00: chunked\r\n\r\n0\r\n\r\n" + smug, "400 close"},
		{"name with a blank behind", post + "Transfer-Encoding : chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"name with LF behind", post + "Transfer-Encoding\n: chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"another name", post + "Transfer_Encoding: chunked\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"another name, and no content", post + "X-Transfer-Encoding: chunked\r\n\r\n" + helloChunks, "200() 400 close"},
		{"in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"in HTTP/1.0 with keep-alive", "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + smug, "400 close"},
		{"of GET", get + "Transfer-Encoding: chunked\r\n\r\n" + helloChunks + next, "200(hello) 200(NEXT) open"},
		{"of HEAD", "HEAD / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + next, "200() 200(NEXT) open"},
		{"of PUT that looks like a request", "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n37\r\n" + smug + "\r\n0\r\n\r\n" + next, "200(" + smug + ") 200(NEXT) open"},
		{"named by Connection", post + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n" + helloChunks + next, "200(hello) 200(NEXT) open"},
		{"TE frames nothing", post + "TE: chunked, trailers\r\nConnection: TE\r\n\r\n" + next, "200() 200(NEXT) open"},
		{"Content-Encoding frames nothing", post + "Content-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello" + next, "200(hello) 200(NEXT) open"},
	}...)
}
