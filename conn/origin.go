package conn

import "slices"

// originKey is what requests must share to share a connection.
type originKey struct {
	addr string
	tls  bool
	key  string
}

// origin is the connections to one address. pool.mu guards it.
type origin struct {
	key     originKey
	open    int           // connections that exist or are being made
	idle    []*pooledConn // the one used last is the last
	shared  []*pooledConn // in use by requests that others may join
	waiting []*waiter     // first come, first served
}

// waiter waits for a connection of an origin. It gets one, or nil: leave to make one.
type waiter struct {
	join bool // for a request that may be pipelined
	got  chan *pooledConn
}

// admit begins the first exchange on a connection. pool.mu is held.
func (h *origin) admit(pc *pooledConn, join bool) {
	pc.depth = 1
	if join {
		h.shared = append(h.shared, pc)
	}
}

// retire ends what admit began.
func (h *origin) retire(pc *pooledConn) {
	if i := slices.Index(h.shared, pc); i >= 0 {
		h.shared = slices.Delete(h.shared, i, i+1)
	}
}

// next gives something to the waiter that came first.
func (h *origin) next(pc *pooledConn) {
	w := h.waiting[0]
	h.waiting = slices.Delete(h.waiting, 0, 1)
	w.got <- pc
}
