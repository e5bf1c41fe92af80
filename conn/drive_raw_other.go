//go:build !linux

package conn

// raw is for Linux; elsewhere Auto is Stream.
type raw struct{ stream }

func newRaw(*ServerConn) *raw { return nil }
func (d *raw) serve()         {}
