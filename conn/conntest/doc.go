// Package conntest provides connections in memory for tests: a pair of buffered
// [net.Conn] and a [net.Listener], with half-close, deadlines and injected
// faults. Everything in it waits in a way that testing/synctest takes for
// durable, so a test of a timeout of hours takes no time and never sleeps.
//
// # Like TCP, in its worst mood
//
// Unlike [net.Pipe], a connection has a buffer in each direction: a write
// returns when its octets are in it, not when they were read. As with TCP, the
// end of one direction (CloseWrite) leaves the other alone; a Close while octets
// that came in were not read resets the connection; so does a write to an end
// that was closed; and a reset throws away what the peer had not read yet, which
// real networks do often enough that a server has to linger before it closes.
package conntest
