package main

import (
	"fmt"
	"strings"
)

// The single messages: the same sizes and shapes that other parsers' published
// benchmarks use, from the smallest request that is of use to an 8 KB cookie.

func tiny(*source) string { return "GET /plaintext HTTP/1.1\r\nHost: localhost:8080\r\n\r\n" }

func short(*source) string {
	return "GET /a HTTP/1.0\r\nHost: h.example\r\nCookie: sid=8123; theme=dark\r\n\r\n"
}

// classic is a browser's request of 670 octets, without today's client hints.
func classic(s *source) string {
	return "GET /gallery/2026/04/harbour-at-dusk-panorama.jpg HTTP/1.1\r\n" +
		"Host: photos.example.org\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
		"Accept-Language: fr,en-gb;q=0.7,en;q=0.3\r\n" +
		"Accept-Encoding: gzip, deflate\r\n" +
		"Keep-Alive: 115\r\n" +
		"Connection: keep-alive\r\n" +
		"Cookie: " + cookie(s, 300)[:300] + "\r\n\r\n"
}

// chrome is a navigation of a current browser, 1.6 KB.
func chrome(s *source) string {
	return "GET /en/products/category/laptops?page=2&sort=price_asc&filter=brand%3Aacme HTTP/1.1\r\n" +
		"Host: www.example-shop.com\r\n" +
		"Connection: keep-alive\r\n" +
		"Cache-Control: max-age=0\r\n" +
		`sec-ch-ua: "Chromium";v="124", "Google Chrome";v="124", "Not-A.Brand";v="99"` + "\r\n" +
		"sec-ch-ua-mobile: ?0\r\n" +
		`sec-ch-ua-platform: "Windows"` + "\r\n" +
		"Upgrade-Insecure-Requests: 1\r\n" +
		"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n" +
		"Sec-Fetch-Site: same-origin\r\n" +
		"Sec-Fetch-Mode: navigate\r\n" +
		"Sec-Fetch-User: ?1\r\n" +
		"Sec-Fetch-Dest: document\r\n" +
		"Referer: https://www.example-shop.com/en/products/category/laptops?page=1&sort=price_asc\r\n" +
		"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Accept-Language: en-US,en;q=0.9,de;q=0.8\r\n" +
		"Cookie: " + cookie(s, 680)[:680] + "\r\n" +
		`If-None-Match: W/"5f3c-18f2a7b9c40"` + "\r\n\r\n"
}

// short64 has 64 field lines with short values.
func short64(s *source) string {
	var b strings.Builder
	b.WriteString("GET /x HTTP/1.1\r\nHost: h.example\r\n")
	for i := range 63 {
		fmt.Fprintf(&b, "X-H%02d: %s\r\n", i, s.text(tokens, s.between(1, 12)))
	}
	b.WriteString("\r\n")
	return b.String()
}

// cookie8k has one very long value.
func cookie8k(s *source) string {
	return "GET /account HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\nCookie: " +
		cookie(s, 8000) + "\r\n\r\n"
}
