package main

import (
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// httpDate is the format of RFC 9110 §5.6.7 that is sent.
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// parseDate reads the value of a field that is one date, in that format or one of the
// two obsolete ones. A year of two digits is never more than 50 years in the future.
func parseDate(fields *conn.Fields, name string) (date time.Time, ok bool) {
	value, ok := single(fields, name)
	if !ok {
		return date, false
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return date, false
	}
	if strings.Contains(value, "-") { // only that of RFC 850 has them
		latest := time.Now().AddDate(50, 0, 0)
		for date.After(latest) {
			date = date.AddDate(-100, 0, 0)
		}
		for next := date.AddDate(100, 0, 0); !next.After(latest); next = date.AddDate(100, 0, 0) {
			date = next
		}
	}
	return date, true
}

// single returns the value of a field that has no more than one line: several are a
// list (RFC 9110 §5.3), and what has one value is malformed then.
func single(fields *conn.Fields, name string) (value string, ok bool) {
	for v := range fields.Values(name) {
		if ok {
			return "", false
		}
		value, ok = string(v), true
	}
	return value, ok
}

// validators tell one state of a file from another (RFC 9110 §8.8).
type validators struct {
	modified time.Time
	etag     string // strong
}

func validatorsOf(info fs.FileInfo) validators {
	modified := info.ModTime()
	if now := time.Now(); modified.After(now) {
		modified = now // Last-Modified is never later than Date (RFC 9110 §8.8.2.1)
	}
	return validators{
		modified: modified.UTC().Truncate(time.Second),
		etag:     fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()),
	}
}

func (v validators) addTo(h *conn.Header) {
	h.Add("ETag", v.etag)
	h.Add("Last-Modified", v.modified.Format(httpDate))
}

// refuse evaluates the conditions of a GET or HEAD in the order of RFC 9110
// §13.2.2. It returns the status to answer with, or 0 when the file is to be sent.
func (v validators) refuse(fields *conn.Fields) int {
	if _, ok := fields.Lookup("If-Match"); ok {
		if !v.among(fields.Values("If-Match"), false) {
			return 412
		}
	} else if since, ok := parseDate(fields, "If-Unmodified-Since"); ok && v.modified.After(since) {
		return 412
	}
	if _, ok := fields.Lookup("If-None-Match"); ok {
		if v.among(fields.Values("If-None-Match"), true) {
			return 304
		}
	} else if since, ok := parseDate(fields, "If-Modified-Since"); ok && !v.modified.After(since) {
		return 304
	}
	return 0
}

// rangeHolds reports whether If-Range, if it is there, names this state of the
// file (RFC 9110 §13.1.5).
func (v validators) rangeHolds(fields *conn.Fields) bool {
	if _, ok := fields.Lookup("If-Range"); !ok {
		return true
	}
	condition, _ := single(fields, "If-Range")
	return condition == v.etag || condition == v.modified.Format(httpDate)
}

// among reports whether a list of entity tags has the file's: by the weak
// comparison of RFC 9110 §8.8.3.2 or the strong one. What is malformed ends the list.
func (v validators) among(lists iter.Seq[[]byte], weak bool) bool {
	for list := range lists {
		rest := string(list)
		if rest == "*" {
			return true
		}
		for {
			rest = strings.TrimLeft(rest, ", \t")
			tag, isWeak := strings.CutPrefix(rest, "W/")
			opaque, ok := strings.CutPrefix(tag, `"`)
			if !ok {
				break
			}
			opaque, rest, ok = strings.Cut(opaque, `"`)
			if !ok {
				break
			}
			if `"`+opaque+`"` == v.etag && (weak || !isWeak) {
				return true
			}
		}
	}
	return false
}
