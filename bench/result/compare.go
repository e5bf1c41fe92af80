package result

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Compare writes how r differs from an earlier run: medians of both, and
// whether the difference is beyond what two runs of the same thing differ by.
func (r *Report) Compare(w io.Writer, old *Report) error {
	fmt.Fprintf(w, "\ncompared with %s\n", old.Time.Format("2006-01-02 15:04"))
	if r.Machine.CPU != old.Machine.CPU || r.Machine.Cores != old.Machine.Cores {
		fmt.Fprintf(w, "another machine (%s, %d cores): compare ratios, not values\n", old.Machine.CPU, old.Machine.Cores)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  case\tserver\told\tnew\tunit\tnew ÷ old\t")
	for i := range r.Cases {
		c := &r.Cases[i]
		for _, s := range r.Summaries(c) {
			server := old.Server(s.Server.Name)
			if server == nil || s.N == 0 {
				continue
			}
			before := old.summary(c, server)
			if before.N == 0 || before.Median == 0 {
				continue
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Name, s.Server.Name, Number(before.Median), Number(s.Median), c.Unit,
				times(s.Median/before.Median), verdict(before, s))
		}
	}
	return t.Flush()
}

// undecided is how far two runs of the same thing may lie apart.
const undecided = 0.2

func verdict(before, after Summary) string {
	switch ratio := after.Median / before.Median; {
	case before.AllSlow || after.AllSlow:
		return "undecided: slow machine"
	case ratio > 1+undecided:
		return "worse"
	case ratio < 1-undecided:
		return "better"
	}
	return "~"
}
