package main

import (
	"errors"

	"github.com/h1wire/h1wire/bench/parser/runner"
	"github.com/h1wire/h1wire/parser"
)

var errIncomplete = errors.New("not read to the end")

// complete turns what our parsers return into an error unless the whole message
// was read.
func complete(message []byte, n int, err error) error {
	if err != nil {
		return err
	}
	if n != len(message) {
		return errIncomplete
	}
	return nil
}

// ours reads with the kernel that H1WIRE_KERNEL asks for.
func ours() map[string]runner.Parse {
	var request parser.RequestHead
	var response parser.ResponseHead
	return map[string]runner.Parse{
		"request": func(m []byte) error {
			n, err := request.Parse(m, nil)
			if n == 0 {
				request.Reset() // it would go on with the next
			}
			return complete(m, n, err)
		},
		"response": func(m []byte) error {
			n, err := response.Parse(m, nil)
			if n == 0 {
				response.Reset()
			}
			return complete(m, n, err)
		},
		"chunked": next,
	}
}

// next hands out the data of one chunk a call.
func next(m []byte) error {
	body := &chunked
	body.Reset()
	for at := 0; !body.Done(); {
		_, n, err := body.Next(m[at:], nil)
		if err != nil || at == len(m) {
			return errors.Join(err, errIncomplete)
		}
		at += n
	}
	return nil
}

// pieces hands out the data of up to 64 chunks a call, and reads chunked bodies only.
func pieces() map[string]runner.Parse {
	var spans [64]parser.Span
	return map[string]runner.Parse{"chunked": func(m []byte) error {
		body := &chunked
		body.Reset()
		for at := 0; !body.Done(); {
			_, n, err := body.Pieces(m[at:], spans[:], nil)
			if err != nil || at == len(m) {
				return errors.Join(err, errIncomplete)
			}
			at += n
		}
		return nil
	}}
}

// chunked is used again and again, as a connection does.
var chunked parser.ChunkedBody
