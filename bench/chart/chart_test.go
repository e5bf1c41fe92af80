package chart

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/bench/result"
)

func canned(t *testing.T) *result.Report {
	r, err := result.Read(filepath.Join("..", "result", "testdata", "report.json"))
	require.NoError(t, err)
	return r
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	files, err := Write(canned(t), dir)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(f))
	}
	require.Equal(t, []string{"cpu.svg", "cpu.png", "latency.svg", "latency.png"}, names)

	svg, err := os.ReadFile(files[0])
	require.NoError(t, err)
	for _, text := range []string{"64 connections, GET /plaintext", "µs CPU/request", "h1wire raw", "fasthttp", "10.0", "KiB/connection", "3.20"} {
		require.Contains(t, string(svg), text)
	}
	// Ours has its colour once in each of the two panels, the floor once.
	require.Equal(t, 2, strings.Count(string(svg), "fill:#00778F"))
	require.Equal(t, 1, strings.Count(string(svg), "fill:#E3D9C4"))

	f, err := os.Open(files[1])
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	require.Greater(t, img.Bounds().Dx(), 2*img.Bounds().Dy())
}

// TestFailedIsLeftOut: what has no value has no bar.
func TestFailedIsLeftOut(t *testing.T) {
	r := canned(t)
	panels := add(nil, "t", "u", r.Summaries(&r.Cases[0]), func(s *result.Summary) float64 { return s.Median })
	require.Len(t, panels, 1)
	require.Equal(t, []Bar{{"h1wire raw", 6, Ours}, {"fasthttp", 10, Peer}, {"floor", 5, Floor}}, panels[0].Bars)
	require.Empty(t, add(nil, "t", "u", nil, nil))
}

func TestNothingToDraw(t *testing.T) {
	files, err := Draw(filepath.Join(t.TempDir(), "x"), 3, nil)
	require.NoError(t, err)
	require.Empty(t, files)
}
