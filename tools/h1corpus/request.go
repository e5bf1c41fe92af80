package main

import (
	"fmt"
	"strconv"
	"strings"
)

// request returns a request head of any kind: six in ten come from a browser,
// three from a program that calls an API, one from a health probe.
func request(s *source) string {
	method := "GET"
	switch n := s.IntN(20); {
	case n < 4:
		method = "POST"
	case n < 5:
		method = s.pick("PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
	}
	f := &fields{source: s}
	host := hostname(s)
	f.add("Host", host)
	switch kind := s.IntN(10); {
	case kind < 6:
		browserFields(f, host)
	case kind < 9:
		apiFields(f)
	default:
		probeFields(f)
	}
	if method == "POST" || method == "PUT" || method == "PATCH" {
		f.add("Content-Type", s.pick("application/json", "application/x-www-form-urlencoded",
			"multipart/form-data; boundary=----WebKitFormBoundary"+s.text(alphanum, 16)))
		f.add("Content-Length", strconv.Itoa(s.between(0, 100_000)))
	}
	f.shuffle(1)
	if s.chance(.1) {
		f.lowerNames()
	}
	return f.head(method + " " + origin(s) + " HTTP/1.1")
}

// smallRequest returns a request head of less than 350 octets.
func smallRequest(s *source) string {
	for {
		if r := request(s); len(r) < 350 {
			return r
		}
	}
}

func browserFields(f *fields, host string) {
	s := f.source
	f.add("Connection", "keep-alive")
	f.maybe(.3, "Cache-Control", s.pick("max-age=0", "no-cache"))
	f.maybe(.6, "sec-ch-ua", fmt.Sprintf(`"Chromium";v="%d", "Not=A?Brand";v="8", "Google Chrome";v="%[1]d"`, s.between(90, 140)))
	f.maybe(.6, "sec-ch-ua-mobile", "?0")
	f.maybe(.6, "sec-ch-ua-platform", s.pick(`"Windows"`, `"macOS"`, `"Linux"`))
	f.maybe(.4, "Upgrade-Insecure-Requests", "1")
	f.add("User-Agent", browser(s))
	f.maybe(.95, "Accept", s.pick("*/*", "application/json, text/plain, */*", "image/avif,image/webp,*/*;q=0.8",
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"))
	f.maybe(.7, "Sec-Fetch-Site", s.pick("same-origin", "none", "cross-site", "same-site"))
	f.maybe(.7, "Sec-Fetch-Mode", s.pick("navigate", "cors", "no-cors"))
	f.maybe(.3, "Sec-Fetch-User", "?1")
	f.maybe(.7, "Sec-Fetch-Dest", s.pick("document", "empty", "image", "script", "style"))
	f.maybe(.6, "Referer", "https://"+host+origin(s))
	f.maybe(.95, "Accept-Encoding", s.pick("gzip, deflate", "gzip, deflate, br", "gzip, deflate, br, zstd"))
	f.maybe(.95, "Accept-Language", s.pick("en", "en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8", "ja,en-us;q=0.7,en;q=0.3"))
	f.maybe(.5, "Cookie", cookie(s, s.between(20, 700)))
	f.maybe(.15, "If-None-Match", `W/"`+s.text(hexits, s.between(8, 32))+`"`)
	f.maybe(.1, "If-Modified-Since", date(s))
	f.maybe(.05, "DNT", "1")
}

func apiFields(f *fields) {
	s := f.source
	f.add("User-Agent", s.pick("axios/1.6.2", "python-requests/2.31.0", "Go-http-client/1.1", "okhttp/4.12.0", browser(s)))
	f.maybe(.8, "Accept", s.pick("*/*", "application/json"))
	f.maybe(.6, "Authorization", s.pick("Bearer ", "Basic ")+s.text(tokens, s.between(20, 400)))
	f.maybe(.4, "X-Request-Id", uuid(s))
	f.maybe(.3, "X-Forwarded-For", address(s)+", "+address(s))
	f.maybe(.3, "X-Forwarded-Proto", "https")
	f.maybe(.3, "traceparent", "00-"+s.text(hexits, 32)+"-"+s.text(hexits, 16)+"-01")
	f.maybe(.5, "Accept-Encoding", "gzip")
	f.maybe(.3, "X-Api-Key", s.text(alphanum, s.between(16, 40)))
	f.maybe(.3, "Connection", s.pick("close", "keep-alive"))
	f.maybe(.2, "X-"+s.pick("Tenant", "Team", "Region", "Client-Version", "B3-TraceId", "Amzn-Trace-Id"),
		s.text(tokens, s.between(2, 40)))
}

func probeFields(f *fields) {
	f.maybe(.7, "User-Agent", f.pick("kube-probe/1.27", "ELB-HealthChecker/2.0", "curl/8.1.2"))
	f.maybe(.5, "Accept", "*/*")
	f.maybe(.5, "Connection", "close")
}

var segments = strings.Fields("api v1 v2 users orders items static assets img css js search login logout product " +
	"catalog cart checkout images thumbs 2026 08 report export data graph metrics internal health sessions tokens " +
	"profile avatar feed posts comments likes stream upload download files")

// origin returns a target in origin-form, one in three with a query.
func origin(s *source) string {
	var b strings.Builder
	for range s.IntN(6) {
		b.WriteByte('/')
		if s.chance(.25) {
			b.WriteString(s.text(tokens, s.between(4, 24)))
		} else {
			b.WriteString(s.pick(segments...))
		}
	}
	if b.Len() == 0 {
		b.WriteByte('/')
	}
	if s.chance(1. / 3) {
		mark := byte('?')
		for range s.between(1, 4) {
			b.WriteByte(mark)
			b.WriteString(s.pick("id", "q", "page", "limit", "sort", "utm_source", "utm_campaign", "ref", "token"))
			b.WriteByte('=')
			b.WriteString(s.text(tokens, s.between(1, 30)))
			mark = '&'
		}
	}
	return b.String()
}

func hostname(s *source) string {
	return s.pick("", "www.", "api.", "cdn.", "static.") + s.text(lower, 1) + s.text(lower+digits, s.between(3, 15)) +
		s.pick(".com", ".org", ".co.uk", ".internal:8080")
}

func browser(s *source) string {
	switch s.IntN(6) {
	case 0:
		return fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.%d Safari/537.36",
			s.between(90, 140), s.between(0, 9999), s.between(0, 300))
	case 1:
		return fmt.Sprintf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_%d_%d) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.%d Safari/605.1.15",
			s.between(10, 16), s.between(0, 9), s.between(11, 18), s.between(0, 9))
	case 2:
		return fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%[1]d.0", s.between(70, 140))
	case 3:
		return fmt.Sprintf("Mozilla/5.0 (iPhone; CPU iPhone OS %d_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E%d",
			s.between(12, 18), s.between(0, 9), s.between(100, 999))
	case 4:
		return fmt.Sprintf("curl/%d.%d.%d", s.between(7, 8), s.between(0, 90), s.between(0, 9))
	default:
		return "Go-http-client/1.1"
	}
}

// cookie returns a Cookie value of at least n octets.
func cookie(s *source, n int) string {
	var b strings.Builder
	for b.Len() < n {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(s.pick("_ga", "_gid", "session", "sid", "csrftoken", "__cf_bm", "_fbp", "locale", "theme", "cart_id", "OptanonConsent"))
		b.WriteByte('=')
		b.WriteString(s.text(tokens, s.between(4, 60)))
	}
	return b.String()
}

func address(s *source) string {
	return fmt.Sprintf("%d.%d.%d.%d", s.between(1, 254), s.between(0, 255), s.between(0, 255), s.between(1, 254))
}

func uuid(s *source) string {
	return fmt.Sprintf("%s-%s-4%s-%s%s-%s", s.text(hexits, 8), s.text(hexits, 4), s.text(hexits, 3),
		s.text("89ab", 1), s.text(hexits, 3), s.text(hexits, 12))
}

// date returns an IMF-fixdate of November 2026.
func date(s *source) string {
	day := s.between(1, 28)
	week := [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"} // 1 November 2026 is a Sunday
	return fmt.Sprintf("%s, %02d Nov 2026 %02d:%02d:%02d GMT", week[(day-1)%7], day, s.IntN(24), s.IntN(60), s.IntN(60))
}
