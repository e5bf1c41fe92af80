// Command h1lint reads one HTTP/1 message and prints what it is: start line,
// fields, framing, body and trailers, or the rule that it breaks, the section of
// the RFC that says so, and the octet at fault.
//
//	h1lint [-response [-to METHOD]] [-lenient BIT,...] [-json] [FILE]
//
// Without FILE it reads standard input. It exits with 0 for a valid message, 1
// for an invalid or incomplete one, and 2 when it was called wrongly or could not
// read.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

const (
	exitValid   = 0
	exitInvalid = 1
	exitUsage   = 2
)

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("h1lint", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: h1lint [-response [-to METHOD]] [-lenient BIT,...] [-json] [FILE]")
		flags.PrintDefaults()
		fmt.Fprintln(stderr, "exit codes: 0 the message is valid; 1 it is not, or incomplete; 2 bad flags, or nothing to read")
	}
	response := flags.Bool("response", false, "the message is a response")
	to := flags.String("to", "GET", "the `method` of the request that the response answers")
	var options parser.Options
	flags.Func("lenient", "deviations to let through, a comma between: "+strings.Join(leniences.names(), ", "), func(s string) (err error) {
		options.Lenience, err = leniences.parse(s)
		return err
	})
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return exitValid
		}
		return exitUsage
	}
	if flags.NArg() > 1 {
		flags.Usage()
		return exitUsage
	}
	octets, err := read(flags.Arg(0), stdin)
	if err != nil {
		fmt.Fprintln(stderr, "h1lint:", err)
		return exitUsage
	}

	l := linter{octets: octets, options: &options}
	if *response {
		l.response(*to)
	} else {
		l.request()
	}
	if *asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(&l.report)
	} else {
		err = l.report.print(stdout, octets)
	}
	if err != nil {
		fmt.Fprintln(stderr, "h1lint:", err)
		return exitUsage
	}
	if l.report.Error != nil || l.report.Incomplete {
		return exitInvalid
	}
	return exitValid
}

// read returns the octets of a file, or of standard input when name is empty.
func read(name string, stdin io.Reader) ([]byte, error) {
	if name == "" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}
