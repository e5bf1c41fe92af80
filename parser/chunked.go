package parser

// ChunkedBody decodes the chunked transfer coding (RFC 9112 §7.1) of one body,
// in place. The zero value is ready for a body.
type ChunkedBody struct {
	_ int
}

// Next returns the next piece of body data in b, which starts where the
// previous call's n ended, and how many octets of b are done with. data aliases
// b[:n]. One call returns data of one chunk at most. len(data) == 0 with a nil
// error means that b is used up (n == len(b)), or that the last chunk has been
// read: then Done reports true, and the trailer section follows at b[n:]
// (read it with [FieldSection.Parse]). An error is an [*Error] that belongs to c;
// its offset counts from the start of b.
func (c *ChunkedBody) Next(b []byte, o *Options) (data []byte, n int, err error) { panic("not yet") }

// Done reports whether the last chunk's line has been read.
func (c *ChunkedBody) Done() bool { panic("not yet") }

// Reset makes c ready for another body.
func (c *ChunkedBody) Reset() { panic("not yet") }
