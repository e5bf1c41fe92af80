package conntest

import "time"

// Faults is what goes wrong with the octets of one direction of a connection.
// The zero value is nothing. Octets are counted from 1, from the first that was
// ever written.
type Faults struct {
	// ReadSize is the most octets that one Read of the peer returns: short
	// reads. With 1 the peer gets everything octet by octet.
	ReadSize int

	// Delay is how long every octet is under way.
	Delay time.Duration

	// ShortWriteAt makes the write that comes to this octet stop before it and
	// return [io.ErrShortWrite]. It happens once.
	ShortWriteAt int64

	// ResetAt resets the connection in place of this octet: those before it are
	// written, and whether they are read before the reset is a race, as it is in
	// real life. With 1 no octet goes through.
	ResetAt int64
}

// Inject makes f happen to what c writes from now on, in place of any faults
// injected before. It may be called at any time.
func (c *Conn) Inject(f Faults) {
	c.out.update(func() { c.out.faults = f })
}
