package conn

// routed answers by the target: see each test.
type routed map[string]func(c Conn) error

func (r routed) StartRequest(_ *ServerConn, c Conn) MessageDelegate { return &route{r, c, nil} }
func (r routed) OnClose(*ServerConn)                                {}

type route struct {
	routed
	c Conn
	f func(c Conn) error
}

func (r *route) HeadersReceived(start *StartLine, _ *Fields) error {
	r.f = r.routed[string(start.Target)]
	return nil
}
func (r *route) DataReceived([]byte) error { return nil }
func (r *route) Finish() error {
	if r.f == nil {
		return r.c.Reply(StatusLine(200), nil, []byte("ok"))
	}
	return r.f(r.c)
}
func (r *route) OnConnectionClose(error) {}

func ask(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n" }
