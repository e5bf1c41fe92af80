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

// allowed are the methods that files have.
const allowed = "GET, HEAD, OPTIONS"

// serve answers a request for a file or a directory.
func (f *files) serve(x *exchange, start *conn.StartLine, fields *conn.Fields) error {
	switch x.method {
	case parser.MethodGet, parser.MethodHead:
	case parser.MethodOptions:
		h := new(conn.Header)
		h.Add("Allow", allowed)
		return x.Reply(conn.StatusLine(204), h, nil)
	default:
		h := plain.Clone()
		h.Add("Allow", allowed)
		return x.Reply(conn.StatusLine(405), h, nil)
	}
	name, err := url.PathUnescape(string(start.Path()))
	if err != nil {
		return x.Reply(conn.StatusLine(400), plain, nil)
	}
	rel := strings.TrimPrefix(path.Clean("/"+name), "/")
	if rel == "" {
		rel = "."
	}
	file, info, err := f.open(rel)
	if err != nil {
		return x.Reply(conn.StatusLine(statusOf(err)), plain, nil)
	}
	defer file.Close()
	if info.IsDir() {
		if !strings.HasSuffix(name, "/") {
			h := plain.Clone()
			h.Add("Location", directory(name, start.Query()))
			return x.Reply(conn.StatusLine(301), h, nil)
		}
		if page, info, err := f.open(path.Join(rel, "index.html")); err == nil {
			defer page.Close()
			if !info.IsDir() {
				return sendFile(x, page, info, fields)
			}
		}
		return f.list(x, file, name)
	}
	if strings.HasSuffix(name, "/") {
		return x.Reply(conn.StatusLine(404), plain, nil)
	}
	return sendFile(x, file, info, fields)
}

// directory returns where a directory is that was asked for without its slash. To
// begin with two would name a host (RFC 3986 §4.2).
func directory(name string, query []byte) string {
	u := url.URL{Path: strings.TrimSuffix(path.Clean("/"+name), "/") + "/", RawQuery: string(query)}
	return u.RequestURI()
}

// open opens a file or a directory. Nothing else: to open a pipe would wait for
// somebody to write into it.
func (f *files) open(name string) (*os.File, fs.FileInfo, error) {
	info, err := f.root.Stat(name)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = fs.ErrPermission
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// Open implements [fs.FS], for net/http's file server.
func (f *files) Open(name string) (fs.File, error) {
	file, _, err := f.open(name)
	if err != nil {
		return nil, err // and not a nil *os.File
	}
	return file, nil
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
	v := validatorsOf(info)
	if status := v.refuse(fields); status != 0 {
		h := new(conn.Header)
		v.addTo(h)
		return x.Reply(conn.StatusLine(status), h, nil)
	}
	contentType := mime.TypeByExtension(path.Ext(info.Name()))
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	h := header(contentType)
	v.addTo(h)
	h.Add("Accept-Ranges", "bytes")
	size := info.Size()
	status, part := 200, byteRange{0, size}
	wanted, ok := single(fields, "Range")
	if ok && x.method == parser.MethodGet && v.rangeHolds(fields) { // RFC 9110 §14.2: for GET alone
		switch p, err := parseRange(wanted, size); {
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
