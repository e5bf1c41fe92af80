package result

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden table again")

func canned(t *testing.T) *Report {
	r, err := Read(filepath.Join("testdata", "report.json"))
	require.NoError(t, err)
	return r
}

// TestTable compares the whole table of a canned run with what it has to be.
func TestTable(t *testing.T) {
	var b bytes.Buffer
	r := canned(t)
	require.NoError(t, r.Table(&b))
	require.NoError(t, r.Compare(&b, canned(t)))
	golden := filepath.Join("testdata", "table.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

func TestWriteAndRead(t *testing.T) {
	r := canned(t)
	file := filepath.Join(t.TempDir(), "again.json")
	require.NoError(t, r.Write(file))
	again, err := Read(file)
	require.NoError(t, err)
	require.Equal(t, r, again)
}

func TestMedianAndLeast(t *testing.T) {
	r := canned(t)
	s := r.summary(&r.Cases[0], r.Server("h1wire raw"))
	require.Equal(t, 3, s.N)
	require.Equal(t, 6.0, s.Median)
	require.Equal(t, 5.0, s.Least)
}

// TestSlowRoundsDoNotCount: one slow round of three is left out; two are too many.
func TestSlowRoundsDoNotCount(t *testing.T) {
	r := canned(t)
	peer := r.Server("fasthttp")
	s := r.summary(&r.Cases[0], peer)
	require.Equal(t, 2, s.N)
	require.Equal(t, 1, s.Slow)
	require.Equal(t, 10.0, s.Median)
	require.False(t, s.AllSlow)

	for i := range r.Samples {
		if x := &r.Samples[i]; x.Server == "fasthttp" && x.Round == 1 {
			x.Slow = true
		}
	}
	s = r.summary(&r.Cases[0], peer)
	require.Equal(t, 3, s.N)
	require.True(t, s.AllSlow)
}

// TestRatioPairsRounds: the ratio is that within rounds, not that of the
// medians, and leaves out rounds in which either was slow.
func TestRatioPairsRounds(t *testing.T) {
	r := canned(t)
	require.InDelta(t, (0.5+0.6)/2, r.Ratio(&r.Cases[0], "h1wire raw", "fasthttp"), 1e-9)
	require.True(t, math.IsNaN(r.Ratio(&r.Cases[0], "h1wire raw", "nginx")))
}

func TestGoals(t *testing.T) {
	r := canned(t)
	o := r.Outcomes(&r.Cases[0])
	require.Len(t, o, 3)
	require.True(t, o[0].Met(), "0.55 of fasthttp, wanted 0.75")
	require.False(t, o[1].Met(), "1.2 of the floor, wanted 1.15")
	require.True(t, math.IsNaN(o[2].Value), "hertz was not measured")
	o = r.Outcomes(&r.Cases[1])
	require.True(t, o[0].Met())
}

func TestCompareTellsBetterFromNoise(t *testing.T) {
	was := Summary{Median: 10}
	require.Equal(t, "~", verdict(was, Summary{Median: 11.9}))
	require.Equal(t, "worse", verdict(was, Summary{Median: 12.1}))
	require.Equal(t, "better", verdict(was, Summary{Median: 7.9}))
	require.Equal(t, "undecided: slow machine", verdict(was, Summary{Median: 7.9, AllSlow: true}))
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "", 0.53: "0.53", 8.34: "8.34", 20.71: "20.7", 485.4: "485"} {
		require.Equal(t, want, Number(v))
	}
}
