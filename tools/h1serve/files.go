package main

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"mime"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// files serves a directory. os.Root keeps every path inside it, symbolic links
// included.
type files struct{ root *os.Root }

func openFiles(dir string) (*files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &files{root}, nil
}

// httpDate is the format of RFC 9110 §5.6.7.
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// serve answers a request for a file or a directory.
func (f *files) serve(x *exchange, target []byte, fields *conn.Fields) error {
	if x.method != parser.MethodGet && x.method != parser.MethodHead {
		h := plain.Clone()
		h.Add("Allow", "GET, HEAD")
		return x.Reply(conn.StatusLine(405), h, nil)
	}
	name, err := url.PathUnescape(string(target))
	if err != nil {
		return x.Reply(conn.StatusLine(400), plain, nil)
	}
	rel := strings.TrimPrefix(path.Clean("/"+name), "/")
	if rel == "" {
		rel = "."
	}
	file, err := f.root.Open(rel)
	if err != nil {
		return x.Reply(conn.StatusLine(statusOf(err)), plain, nil)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return x.Reply(conn.StatusLine(500), plain, nil)
	}
	if info.IsDir() {
		if !strings.HasSuffix(name, "/") {
			h := plain.Clone()
			h.Add("Location", (&url.URL{Path: path.Clean("/"+name) + "/"}).EscapedPath())
			return x.Reply(conn.StatusLine(301), h, nil)
		}
		if page, err := f.root.Open(path.Join(rel, "index.html")); err == nil {
			defer page.Close()
			if info, err := page.Stat(); err == nil && info.Mode().IsRegular() {
				return sendFile(x, page, info, fields)
			}
		}
		return f.list(x, file, name)
	}
	if !info.Mode().IsRegular() {
		return x.Reply(conn.StatusLine(403), plain, nil)
	}
	return sendFile(x, file, info, fields)
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 404
	case errors.Is(err, fs.ErrPermission):
		return 403
	}
	return 404 // a path that leaves the directory, or that names no file
}

// sendFile answers with a file, or the part of it that is asked for.
func sendFile(x *exchange, file *os.File, info fs.FileInfo, fields *conn.Fields) error {
	modified := info.ModTime().UTC().Truncate(time.Second)
	if since, err := time.Parse(httpDate, fields.String("If-Modified-Since")); err == nil && !modified.After(since) {
		h := new(conn.Header)
		h.Add("Last-Modified", modified.Format(httpDate))
		return x.Reply(conn.StatusLine(304), h, nil)
	}
	contentType := mime.TypeByExtension(path.Ext(info.Name()))
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	h := header(contentType)
	h.Add("Last-Modified", modified.Format(httpDate))
	h.Add("Accept-Ranges", "bytes")
	size := info.Size()
	status, part := 200, byteRange{0, size}
	wanted, ok := fields.Lookup("Range")
	if condition := fields.String("If-Range"); condition != "" && condition != modified.Format(httpDate) {
		ok = false // RFC 9110 §13.1.5: the file is not the one that was begun
	}
	if ok {
		switch p, err := parseRange(string(wanted), size); {
		case errors.Is(err, errUnsatisfiable):
			h.Add("Content-Range", fmt.Sprintf("bytes */%d", size))
			return x.Reply(conn.StatusLine(416), h, nil)
		case err == nil:
			status, part = 206, p
			h.Add("Content-Range", fmt.Sprintf("bytes %d-%d/%d", p.start, p.start+p.length-1, size))
		}
	}
	h.AddInt("Content-Length", part.length)
	if err := x.WriteHeaders(conn.StatusLine(status), h, nil); err != nil {
		return err
	}
	if x.method != parser.MethodHead {
		if _, err := file.Seek(part.start, io.SeekStart); err != nil {
			return err
		}
		if _, err := x.ReadFrom(io.LimitReader(file, part.length)); err != nil {
			return err
		}
	}
	return x.Conn.Finish()
}

// list answers with the names in a directory.
func (f *files) list(x *exchange, dir *os.File, name string) error {
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return x.Reply(conn.StatusLine(500), plain, nil)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html>\n<meta charset=utf-8>\n<title>%s</title>\n<ul>\n", html.EscapeString(name))
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() {
			n += "/"
		}
		fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a>\n", html.EscapeString((&url.URL{Path: "./" + n}).EscapedPath()), html.EscapeString(n))
	}
	b.WriteString("</ul>\n")
	return x.Reply(conn.StatusLine(200), header("text/html; charset=utf-8"), b.Bytes())
}
