package load

import (
	"golang.org/x/sys/unix"
)

// conn is one connection of the loop, or the place of one that is closed.
type conn struct {
	responses
	fd     int    // negative: not connected
	events uint32 // what epoll watches for
	toSend int    // octets of requests still to send
	at     int    // where in the request the next of them stands

	starts []int64 // when each request under way was sent or due: a ring
	first  int
	n      int   // requests under way
	heard  int64 // last progress

	slot     int32 // index in loop.conns
	ready    bool  // stands in loop.ready
	answered bool  // one request per connection: only the close is missing
}

// push notes one more request under way.
func (c *conn) push(start int64) {
	c.starts[(c.first+c.n)%len(c.starts)] = start
	c.n++
}

// pop forgets the oldest request under way and returns when it began.
func (c *conn) pop() int64 {
	start := c.starts[c.first]
	c.first = (c.first + 1) % len(c.starts)
	c.n--
	return start
}

// dial begins to connect a slot without waiting.
func (l *loop) dial(c *conn) fault {
	fd, err := unix.Socket(l.family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return faultConnect
	}
	if l.cfg.PerConnection {
		l.bindSource(fd)
	} else {
		optionNow(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if connectNow(fd, l.server) != 0 {
		closeNow(fd)
		return faultConnect
	}
	c.fd, c.answered, c.heard = fd, false, l.now
	c.responses = responses{want: &l.want, part: c.part[:0]}
	return l.watch(c, unix.EPOLLIN|unix.EPOLLOUT, unix.EPOLL_CTL_ADD)
}

// bindSource takes the next of 200 loopback addresses, so that the ports of
// one address, in TIME_WAIT after each connection, do not run out.
func (l *loop) bindSource(fd int) {
	if l.source == nil {
		return
	}
	l.sources++
	l.source[lastOctetIPv4] = byte(2 + l.sources%200)
	optionNow(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
	bindNow(fd, l.source)
}

// watch tells epoll which events of c matter.
func (l *loop) watch(c *conn, events uint32, op int) fault {
	c.events = events
	if unix.EpollCtl(l.epoll, op, c.fd, &unix.EpollEvent{Events: events, Fd: c.slot}) != nil {
		return faultConnect
	}
	return noFault
}

// hangUp closes c and forgets what was under way.
func (l *loop) hangUp(c *conn) {
	if c.fd >= 0 {
		closeNow(c.fd) // leaves epoll with it
	}
	l.pending -= c.n
	c.fd, c.n, c.first, c.toSend, c.at = -1, 0, 0, 0, 0
}

// ask puts n requests on c that count from start.
func (l *loop) ask(c *conn, n int, start int64) fault {
	if c.fd < 0 {
		if f := l.dial(c); f != noFault {
			return f
		}
	}
	for range n {
		c.push(start)
	}
	l.pending += n
	c.toSend += n * len(l.cfg.Request)
	c.heard = l.now
	if c.events&unix.EPOLLOUT != 0 {
		return noFault // still connecting or blocked: epoll will tell
	}
	return l.send(c)
}

// send writes as much as the socket takes.
func (l *loop) send(c *conn) fault {
	for c.toSend > 0 {
		n, errno := sendNow(c.fd, l.batch[c.at:min(c.at+c.toSend, len(l.batch))])
		if errno == unix.EAGAIN {
			if c.events&unix.EPOLLOUT == 0 {
				return l.watch(c, unix.EPOLLIN|unix.EPOLLOUT, unix.EPOLL_CTL_MOD)
			}
			return noFault
		}
		if errno != 0 {
			return faultSend
		}
		c.toSend -= n
		c.at = (c.at + n) % len(l.cfg.Request)
		c.heard = l.now
	}
	if c.events&unix.EPOLLOUT != 0 {
		return l.watch(c, unix.EPOLLIN, unix.EPOLL_CTL_MOD)
	}
	return noFault
}

// receive reads once and counts the responses that are complete.
func (l *loop) receive(c *conn) fault {
	var flags int
	buf := l.buf
	unseen := c.phase == inFixed && c.want.body == nil && c.left >= int64(len(buf))
	if unseen {
		flags = unix.MSG_TRUNC // TCP then drops the octets instead of copying them
	}
	n, errno := receiveNow(c.fd, buf, flags)
	switch {
	case errno == unix.EAGAIN:
		return noFault
	case errno != 0:
		return faultClosed
	case n == 0:
		return l.ended(c)
	}
	c.heard = l.now
	l.bytes += int64(n)
	var done int
	var f fault
	if unseen {
		done = c.skip(int64(n))
	} else {
		done, f = c.take(buf[:n])
	}
	if done > c.n {
		return faultSurplus
	}
	if l.cfg.PerConnection {
		c.answered = c.answered || done > 0
		return f // counted when the server has closed
	}
	if f != noFault || done == 0 {
		return f
	}
	l.count(c, done)
	return l.next(c)
}

// ended handles the server's close.
func (l *loop) ended(c *conn) fault {
	done, f := c.eof()
	switch {
	case f != noFault:
		return f
	case l.cfg.PerConnection && (c.answered || done > 0):
		l.count(c, 1)
	case done > 0 && done == c.n: // delimited by the close
		l.count(c, done)
	case c.n > 0 || l.cfg.Rate == 0:
		return faultClosed
	}
	l.hangUp(c)
	return l.next(c)
}

// count takes the oldest done requests of c off and records their latencies.
func (l *loop) count(c *conn, done int) {
	for done > 0 {
		start, same := c.pop(), 1
		for same < done && c.starts[c.first] == start {
			c.pop()
			same++
		}
		if start >= l.counted {
			l.answered(int64(same), l.now-start)
		}
		l.pending -= same
		done -= same
	}
}

// queue holds connections in the order in which they came, each at most once.
type queue struct {
	ring  []*conn
	first int
	n     int
}

func (q *queue) push(c *conn) {
	q.ring[(q.first+q.n)%len(q.ring)] = c
	q.n++
}

func (q *queue) pop() *conn {
	c := q.ring[q.first]
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	return c
}
