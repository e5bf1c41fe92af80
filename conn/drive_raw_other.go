//go:build !linux

package conn

// raw is for Linux; elsewhere Auto is Stream.
type raw struct{ stream }

func newRaw(*ServerConn) *raw { return nil }
func (d *raw) serve() bool    { return true }
func (d *raw) leave()         {}

// lobby has nobody in it.
type lobby struct{}

func (*lobby) dismiss() {}
