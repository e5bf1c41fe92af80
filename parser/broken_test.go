package parser

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBrokenKernels proves that the comparisons with the table would notice: it
// flips one bit of a kernel's constants or instructions, in a copy that only
// `go test -overlay` sees, and requires that the tests of the kernels fail on
// it.
func TestBrokenKernels(t *testing.T) {
	if testing.Short() || bestKernel() < kernelAVX2 {
		t.Skip("it builds this package, and needs a kernel to break")
	}
	broken := []struct {
		file     string
		old, new string // a regular expression, and what becomes of its first match
		bit      uint   // where new is empty, this bit of the number matched is flipped
		what     string
	}{
		{"head_avx512", `DATA sum<>\+56\(SB\)/8, \$(0x[0-9a-f]+)`, "", 23, "a colon is a tchar"},
		{"head_avx512", `DATA class<>\+120\(SB\)/8, \$(0x[0-9a-f]+)`, "", 56, "DEL is no control"},
		{"head_avx512", `DATA names<>\+1384\(SB\)/8, \$(0x[0-9a-f]+)`, "", 17, "a bit of an octet of Content-Length does not count"},
		{"head_avx2", `DATA high<>\+16\(SB\)/8, \$(0x[0-9a-f]+)`, "", 17, "SP is a tchar in the upper half of a window"},
		{"head_avx2", `DATA delete<>\+24\(SB\)/8, \$(0x[0-9a-f]+)`, "", 59, "DEL is no control in one lane"},
		{"head_avx2", `BZHIL R14, R15, R15`, "BZHIL R15, R15, R15", 0, "one register number differs in a bit"},
		{"piece", `DATA lf<>\+24\(SB\)/8, \$(0x[0-9a-f]+)`, "", 10, "the LF that a line end has to have is another octet"},
	}
	for broken[0].file != "head_"+kernelNames[bestKernel()] { // what this CPU cannot run stands first
		broken = broken[1:]
	}
	for _, m := range broken {
		t.Run(m.what, func(t *testing.T) {
			name := fmt.Sprintf("z%s_amd64.s", m.file)
			path, err := filepath.Abs(name)
			require.NoError(t, err)
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			at := regexp.MustCompile(m.old).FindSubmatchIndex(source)
			require.NotNil(t, at, "no %s", m.old)
			change := m.new
			from, to := at[0], at[1]
			if change == "" {
				from, to = at[2], at[3]
				x, err := strconv.ParseUint(string(source[from:to]), 0, 64)
				require.NoError(t, err)
				change = fmt.Sprintf("%#016x", x^1<<m.bit)
			}
			mutant := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(mutant, append(append(append([]byte{}, source[:from]...), change...), source[to:]...), 0o600))
			overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutant}})
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "overlay.json")
			require.NoError(t, os.WriteFile(file, overlay, 0o600))
			test := exec.Command("go", "test", "-count=1", "-overlay", file, "-run", "^TestKernel", ".")
			test.Env = append(os.Environ(), "H1WIRE_MUTATIONS=", "H1WIRE_KERNEL=")
			out, err := test.CombinedOutput()
			require.Error(t, err, "the tests pass on a broken kernel")
			require.Contains(t, string(out), "--- FAIL: TestKernel", "it fails for another reason")
			t.Logf("caught: %.300s", out)
		})
	}
}
