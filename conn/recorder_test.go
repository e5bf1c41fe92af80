package conn

import (
	"fmt"
	"strings"
	"sync"
)

// recorder is a ServerDelegate that notes what it is told, and answers.
type recorder struct {
	// headers is called in HeadersReceived, finish in Finish. Default: finish
	// answers 200 with the content.
	headers func(c Conn, start *StartLine, fields *Fields) error
	data    func(c Conn, p []byte) error
	finish  func(c Conn, body []byte) error
	closing func(c Conn) // called in OnConnectionClose

	mu     sync.Mutex
	events []string
	closed chan struct{}
}

func newRecorder() *recorder { return &recorder{closed: make(chan struct{})} }

func (r *recorder) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, fmt.Sprintf(format, args...))
}

// log returns the events, one a line. Pieces of data that follow each other are
// one event: how they were cut depends on how they came.
func (r *recorder) log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, e := range r.events {
		last := len(lines) - 1
		if d, ok := strings.CutPrefix(e, "data "); ok && last >= 0 && strings.HasPrefix(lines[last], "data ") {
			lines[last] += d
			continue
		}
		lines = append(lines, e)
	}
	return strings.Join(lines, "\n")
}

// pieces returns the arguments of DataReceived.
func (r *recorder) pieces() (pieces []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if d, ok := strings.CutPrefix(e, "data "); ok {
			pieces = append(pieces, d)
		}
	}
	return pieces
}

func (r *recorder) count(prefix string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if strings.HasPrefix(e, prefix) {
			n++
		}
	}
	return n
}

func (r *recorder) StartRequest(_ *ServerConn, c Conn) MessageDelegate {
	return &recorded{recorder: r, c: c}
}

func (r *recorder) OnClose(*ServerConn) {
	r.note("end")
	close(r.closed)
}

// recorded is one exchange of a recorder.
type recorded struct {
	*recorder
	c    Conn
	body []byte
}

func (r *recorded) HeadersReceived(start *StartLine, fields *Fields) error {
	r.note("head %s %s", start.MethodName, start.Target)
	if r.headers != nil {
		return r.headers(r.c, start, fields)
	}
	return nil
}

func (r *recorded) DataReceived(p []byte) error {
	r.note("data %s", p)
	r.body = append(r.body, p...)
	if r.data != nil {
		return r.data(r.c, p)
	}
	return nil
}

func (r *recorded) TrailersReceived(fields *Fields) error {
	for n, v := range fields.All() {
		r.note("trailer %s=%s", n, v)
	}
	return nil
}

func (r *recorded) Finish() error {
	r.note("finish")
	if r.recorder.finish != nil {
		return r.recorder.finish(r.c, r.body)
	}
	err := r.c.Reply(StatusLine(200), nil, r.body)
	if err == ErrFinished { // answered in HeadersReceived
		return nil
	}
	return err
}

func (r *recorded) OnConnectionClose(err error) {
	r.note("close %v", err)
	if r.closing != nil {
		r.closing(r.c)
	}
}
