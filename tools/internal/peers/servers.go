package peers

import (
	"strings"
	"testing"
)

// Nginx starts nginx with a server that has these directives, on the address it
// returns; outside are directives beside the server. $DIR in either is a
// directory that the test may fill.
func Nginx(t testing.TB, dir, outside, directives string) (addr string) {
	t.Helper()
	program, addr := Program(t, "nginx"), Addr(t)
	conf := `
daemon off;
master_process off;
pid $OWN/nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path $OWN/body;
	proxy_temp_path $OWN/proxy;
	fastcgi_temp_path $OWN/fastcgi;
	uwsgi_temp_path $OWN/uwsgi;
	scgi_temp_path $OWN/scgi;
	client_max_body_size 0;
	keepalive_requests 100000;
	` + outside + `
	server {
		listen ` + addr + `;
		` + directives + `
	}
}
`
	own := t.TempDir()
	path := write(t, "nginx.conf", strings.NewReplacer("$OWN", own, "$DIR", dir).Replace(conf))
	start(t, addr, program, "-e", "stderr", "-p", own, "-c", path)
	return addr
}

// Haproxy starts haproxy with a frontend of these directives, on the address it
// returns; outside are sections beside it.
func Haproxy(t testing.TB, outside, directives string) (addr string) {
	t.Helper()
	program, addr := Program(t, "haproxy"), Addr(t)
	path := write(t, "haproxy.cfg", `
global
	maxconn 512
	nbthread 1
defaults
	mode http
	timeout connect 60s
	timeout client 60s
	timeout server 60s
	option http-keep-alive
frontend tested
	bind `+addr+`
`+directives+`
`+outside+`
`)
	start(t, addr, program, "-db", "-f", path)
	return addr
}

// Node starts node with a script, whose process.argv[2] is the port to listen
// on, and returns the address.
func Node(t testing.TB, script string) (addr string) {
	t.Helper()
	program, addr := Program(t, "node"), Addr(t)
	path := write(t, "server.js", script)
	start(t, addr, program, path, addr[strings.LastIndexByte(addr, ':')+1:])
	return addr
}

// RunNode runs a script to its end and returns what it wrote.
func RunNode(t testing.TB, script string, args ...string) string {
	t.Helper()
	path := write(t, "client.js", script)
	return Run(t, "node", append([]string{path}, args...)...)
}
