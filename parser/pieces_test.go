package parser

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomHead is a head of up to 60 lines, of which some octets may be wrong, and where to cut it: often at a line
// end, beside which the wrong octets often are.
func randomHead(r *rand.Rand, kind string) (b []byte, cuts []int) {
	head := "GET /" + strings.Repeat("a", r.IntN(70)) + " HTTP/1.1\r\n"
	if kind == "response" {
		head = "HTTP/1.1 200 " + strings.Repeat("a", r.IntN(70)) + "\r\n"
	}
	for range r.IntN(60) {
		head += "N" + strings.Repeat("n", r.IntN(12)) + ":" + strings.Repeat(" ", r.IntN(2)) + strings.Repeat("v", r.IntN(1+r.IntN(120))) + "\r\n"
	}
	head += "\r\n"
	atEnds := r.IntN(2) == 0
	for range 1 + r.IntN(4) {
		cut := r.IntN(len(head))
		if atEnds {
			cut += strings.IndexByte(head[cut:]+"\r", '\r') + r.IntN(4)
		}
		cuts = append(cuts, min(cut, len(head)))
	}
	slices.Sort(cuts)
	cuts = append(cuts, len(head))
	b = []byte(head)
	for range r.IntN(3) {
		i := r.IntN(len(b))
		if r.IntN(2) == 0 {
			i = min(max(cuts[r.IntN(len(cuts))]+r.IntN(4)-1, 0), len(b)-1)
		}
		b[i] = "\r\n\t :\x00\x7f\xffa"[r.IntN(9)]
	}
	return b, cuts
}

// TestPieceByPiece requires after each piece of a head what the table says then.
func TestPieceByPiece(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 5))
		complete, failed := 0, 0
		for range 4000 {
			kind := []string{"request", "response"}[r.IntN(2)]
			b, cuts := randomHead(r, kind)
			o := &Options{MaxFields: []int{0, 20, 40}[r.IntN(3)], MaxHeadSize: []int{0, 0, 1500}[r.IntN(3)], Lenience: Lenience(r.IntN(2) * r.IntN(16))}
			pieces, table, p := sections()[kind], sections()[kind], slices.Clone(b)
			for _, cut := range cuts {
				n, err := table.table(b[:cut], o)
				want := table.result(b, n, err)
				m, pieceErr := pieces.parse(p[:cut], o)
				require.Equal(t, want, pieces.result(p, m, pieceErr), "%q, cut at %v, at %d", b, cuts, cut)
				if n > 0 {
					complete++
				} else if err != nil {
					failed++
				}
				if n > 0 || err != nil {
					break
				}
			}
		}
		require.Greater(t, complete, 500)
		require.Greater(t, failed, 500)
	})
}

// TestThreePieces cuts heads of two blocks in all ways, so that each kernel finds what each other has left.
func TestThreePieces(t *testing.T) {
	const lines = "Host: h\r\nX-Y: \r\nTrailer:\t a \r\nContent-Length: 5\r\nA:b\r\nName: value\r\nAccept: */*\r\nDate: none\r\n"
	eachWay(t, func(t *testing.T) {
		for kind, start := range map[string]string{"request": "GET / HTTP/1.0\r\n", "response": "HTTP/1.0 200 \r\n"} {
			for bad := len(start); bad < len(start+lines); bad += 25 {
				b := []byte(start + lines + "\r\n")
				b[bad] = ';'
				table := sections()[kind]
				n, err := table.table(b, nil)
				want := table.result(b, n, err)
				for second := range b {
					for first := range second {
						pieces, n, err := sections()[kind], 0, error(nil)
						for _, end := range []int{first, second, len(b)} {
							if n == 0 && err == nil {
								n, err = pieces.parse(b[:end], nil)
							}
						}
						require.Equal(t, want, pieces.result(b, n, err), "%q, cut at %d and %d", b, first, second)
					}
				}
			}
		}
	})
}

// TestLenientPieces: behind a start line that ends with a bare LF, one that comes first in a long piece is the empty line.
func TestLenientPieces(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		for kind, start := range map[string]string{"request": "GET /" + strings.Repeat("a", 40) + " HTTP/1.1\n", "response": "HTTP/1.1 200 " + strings.Repeat("a", 40) + "\n"} {
			s, b := sections()[kind], []byte(start+"\n"+strings.Repeat("Name: value\r\n", 50))
			o := &Options{Lenience: LenientBareLF}
			n, err := s.parse(b[:len(start)], o)
			require.NoError(t, err)
			require.Zero(t, n)
			n, err = s.parse(b, o)
			require.NoError(t, err)
			require.Equal(t, len(start)+1, n, kind)
		}
	})
}
