// Package nginx writes the configuration with which nginx serves as a peer.
//
// nginx alone neither decodes nor echoes content: it has no /gz, and /upload
// answers with the Content-Length (with nothing when chunked) after it has read
// and dropped the content.
package nginx

import (
	"bytes"
	"os"
	"path/filepath"
	"text/template"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

var configuration = template.Must(template.New("nginx.conf").Parse(`daemon off;
master_process off;
worker_processes 1;
pid {{.Dir}}/nginx.pid;
error_log stderr crit;
events { worker_connections 16384; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	client_max_body_size 0;
	client_body_temp_path {{.Dir}}/body;
	proxy_temp_path {{.Dir}}/proxy;
	fastcgi_temp_path {{.Dir}}/fastcgi;
	uwsgi_temp_path {{.Dir}}/uwsgi;
	scgi_temp_path {{.Dir}}/scgi;
	default_type text/plain;
	server {
		listen {{.Addr}}{{if .Cert}} ssl{{end}} backlog=4096;
{{- if .Cert}}
		ssl_certificate {{.Cert}};
		ssl_certificate_key {{.Key}};
		ssl_protocols TLSv1.3;
{{- end}}
		root {{.Dir}};
		location = /plaintext { return 200 "` + endpoint.Plaintext + `"; }
		location = /big { open_file_cache max=10; }
		location = /upload { return 200 "$http_content_length"; }
		location / { return 200; }
	}
}
`))

// Write puts the configuration and the file behind /big into dir and returns
// the arguments that nginx is to be started with.
func Write(dir string, o endpoint.Options) (args []string, err error) {
	var b bytes.Buffer
	if err := configuration.Execute(&b, struct {
		endpoint.Options
		Dir string
	}{o, dir}); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "big"), endpoint.Big, 0o644); err != nil {
		return nil, err
	}
	return []string{"-p", dir, "-c", file}, nil
}
