package conn_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// What a server sends without being asked is never the response to a request
// that comes later (RFC 9112 §9.2). The server here answers the first request on
// its first connection with first, then sends idle, and answers whatever else
// comes there with EVIL; any other connection gets good answers.
func TestPoolNeverTakesWhatWasNotAskedFor(t *testing.T) {
	good := ok + "Content-Length: 4\r\n\r\ngood"
	for name, c := range map[string]struct{ method, first, idle string }{
		"behind a length":               {"GET", ok + five + evil, ""},
		"behind chunks":                 {"GET", okChunked + helloChunks + evil, ""},
		"behind no content":             {"GET", "HTTP/1.1 204 No Content\r\n\r\n" + evil, ""},
		"behind a 304":                  {"GET", "HTTP/1.1 304 Not Modified\r\n\r\n" + evil, ""},
		"content of a 304":              {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n" + evil, ""},
		"chunks of a 204":               {"GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n" + evil, ""},
		"content of a HEAD":             {"HEAD", ok + "Content-Length: 42\r\n\r\n" + evil, ""},
		"after close":                   {"GET", ok + "Connection: close\r\n" + five, evil},
		"while idle":                    {"GET", ok + five, evil},
		"while idle, one octet":         {"GET", ok + five, "H"},
		"while idle, an empty line":     {"GET", ok + five, "\r\n"},
		"while idle, a 408":             {"GET", ok + five, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"},
		"while idle, an informational":  {"GET", ok + five, "HTTP/1.1 103 Early Hints\r\n\r\n" + evil},
		"while idle after HEAD":         {"HEAD", ok + "Content-Length: 42\r\n\r\n", evil},
		"while idle after chunks":       {"GET", okChunked + helloChunks, evil},
		"while idle in HTTP/1.0":        {"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + five, evil},
		"a second final response":       {"GET", "HTTP/1.1 100 Continue\r\n\r\n" + ok + five + evil, ""},
		"behind what breaks the rules":  {"GET", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!" + evil, ""},
		"behind a coding and a length":  {"GET", ok + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + helloChunks + evil, ""},
		"behind a chunk that is broken": {"GET", okChunked + "5\r\nhelloXX0\r\n\r\n" + evil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			read, sent := make(chan struct{}), make(chan struct{}) // the first response, and idle
			go func() {
				for n := 0; ; n++ {
					nc, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer nc.Close()
						r := bufio.NewReader(nc)
						for i := 0; ; i++ {
							_, err := http.ReadRequest(r)
							switch {
							case err != nil:
								return
							case n > 0:
								_, _ = io.WriteString(nc, good)
							case i > 0:
								_, _ = io.WriteString(nc, evil)
							default:
								_, _ = io.WriteString(nc, c.first)
								<-read
								_, _ = io.WriteString(nc, c.idle)
								close(sent)
							}
						}
					}()
				}
			}()
			client := new(conn.Client)
			defer client.Close()
			_, _ = do(client, c.method, l.Addr().String())
			close(read)
			<-sent
			body, err := do(client, "GET", l.Addr().String())
			require.NoError(t, err)
			require.Equal(t, "good", body)
		})
	}
}

func do(client *conn.Client, method, addr string) (body string, err error) {
	r, err := conn.NewRequest(method, "http://"+addr+"/")
	if err != nil {
		return "", err
	}
	resp, err := client.Do(context.Background(), r)
	if err != nil {
		return "", err
	}
	defer resp.Close()
	b, err := io.ReadAll(resp)
	return string(b), err
}
