package main

import (
	"fmt"
	"strconv"
)

// response returns a response head of any kind: from a delivery network, an
// application, or with no content to speak of.
func response(s *source) string {
	switch kind := s.IntN(10); {
	case kind < 4:
		return cdnResponse(s)
	case kind < 8:
		return applicationResponse(s)
	default:
		return bareResponse(s)
	}
}

// cdnResponse is a static file as a delivery network serves it: about twenty
// field lines, 1.1 KB.
func cdnResponse(s *source) string {
	f := &fields{source: s}
	f.add("Date", date(s))
	f.add("Content-Type", s.pick("text/html; charset=utf-8", "text/css", "application/javascript; charset=utf-8", "image/webp"))
	f.add("Content-Length", strconv.Itoa(s.between(100, 2_000_000)))
	f.add("Connection", "keep-alive")
	f.add("Server", s.pick("cloudflare", "nginx", "ECAcc (lhd/35B3)", "AmazonS3"))
	f.add("Last-Modified", date(s))
	f.add("ETag", `"`+s.text(hexits, 32)+`"`)
	f.add("Cache-Control", s.pick("public, max-age=31536000, immutable", "max-age=600", "no-cache, must-revalidate"))
	f.add("Expires", date(s))
	f.add("Age", strconv.Itoa(s.between(0, 86_400)))
	f.add("Vary", s.pick("Accept-Encoding", "Accept-Encoding, Origin", "Origin, Access-Control-Request-Method"))
	f.add("Accept-Ranges", "bytes")
	f.add("Access-Control-Allow-Origin", "*")
	f.add("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
	f.add("X-Content-Type-Options", "nosniff")
	f.add("Content-Security-Policy", "default-src 'self'; img-src 'self' https://cdn.example.net data:; script-src 'self' 'nonce-"+
		s.text(alphanum, 22)+"'; frame-ancestors 'none'")
	f.add("Report-To", `{"endpoints":[{"url":"https:\/\/reports.example.net\/report?s=`+s.text(alphanum, 96)+`"}],"group":"net","max_age":604800}`)
	f.add("Via", fmt.Sprintf("1.1 %s.cache.example.net (Edge)", s.text(hexits, 32)))
	f.add("X-Cache", s.pick("HIT", "MISS", "Hit from edge"))
	f.add("X-Request-Id", uuid(s))
	f.add("Alt-Svc", `h3=":443"; ma=86400`)
	f.shuffle(1)
	return f.head("HTTP/1.1 " + s.pick("200 OK", "200 OK", "206 Partial Content"))
}

func applicationResponse(s *source) string {
	f := &fields{source: s}
	f.add("Date", date(s))
	f.add("Content-Type", s.pick("application/json", "application/json; charset=utf-8", "text/html; charset=utf-8"))
	if s.chance(.4) {
		f.add("Transfer-Encoding", "chunked")
	} else {
		f.add("Content-Length", strconv.Itoa(s.between(0, 50_000)))
	}
	f.maybe(.7, "Connection", s.pick("keep-alive", "keep-alive", "close"))
	f.maybe(.6, "Server", s.pick("gunicorn", "Apache/2.4.62 (Debian)", "uvicorn", "Kestrel"))
	f.maybe(.3, "Content-Encoding", "gzip")
	f.maybe(.5, "Cache-Control", "no-store, no-cache, must-revalidate, private")
	f.maybe(.3, "X-Powered-By", s.pick("Express", "PHP/8.3.6", "Next.js"))
	f.maybe(.3, "X-Frame-Options", s.pick("DENY", "SAMEORIGIN"))
	for range s.IntN(4) {
		f.add("Set-Cookie", s.pick("sid", "csrftoken", "session", "locale")+"="+s.text(tokens, s.between(8, 80))+
			"; Path=/; Expires="+date(s)+"; HttpOnly; SameSite="+s.pick("Lax", "Strict"))
	}
	f.maybe(.4, "X-Request-Id", uuid(s))
	f.maybe(.3, "X-RateLimit-Remaining", strconv.Itoa(s.IntN(5000)))
	f.shuffle(1)
	if s.chance(.2) {
		f.lowerNames()
	}
	return f.head("HTTP/1.1 " + s.pick("200 OK", "200 OK", "200 OK", "201 Created", "400 Bad Request", "401 Unauthorized",
		"404 Not Found", "422 Unprocessable Content", "500 Internal Server Error"))
}

func bareResponse(s *source) string {
	f := &fields{source: s}
	f.add("Date", date(s))
	switch s.IntN(4) {
	case 0:
		f.add("ETag", `W/"`+s.text(hexits, s.between(8, 32))+`"`)
		f.maybe(.5, "Cache-Control", "max-age=600")
		return f.head("HTTP/1.1 304 Not Modified")
	case 1:
		f.add("Location", "https://"+hostname(s)+origin(s))
		f.add("Content-Length", "0")
		return f.head("HTTP/1.1 " + s.pick("301 Moved Permanently", "302 Found", "303 See Other", "308 Permanent Redirect"))
	case 2:
		f.maybe(.5, "Server", "nginx")
		return f.head("HTTP/1.1 204 No Content")
	default:
		f.add("Server", "h1")
		f.add("Content-Type", "text/plain")
		f.add("Content-Length", "13")
		return f.head("HTTP/1.1 200 OK")
	}
}
