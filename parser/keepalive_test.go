package parser

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIsKeepAlive puts every octet of a field value at every place of keep-alive.
func TestIsKeepAlive(t *testing.T) {
	require.True(t, isKeepAlive([]byte("Keep-ALIVE")))
	require.False(t, isKeepAlive([]byte("keep-aliv")))
	for i := range "keep-alive" {
		for o := range 256 {
			v := []byte("keep-alive")
			if v[i] = byte(o); octets[o]&isField != 0 {
				require.Equal(t, equalFold(v, "keep-alive"), isKeepAlive(v), "%q", v)
			}
		}
	}
}
