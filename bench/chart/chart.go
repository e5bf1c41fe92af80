// Package chart draws results: panels of horizontal bars, less is better, as
// SVG and as PNG.
package chart

import (
	"errors"
	"image/color"
	"io"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/h1wire/h1wire/bench/result"
)

// Kind decides a bar's colour.
type Kind uint8

// The kinds of bars.
const (
	Peer  Kind = iota
	Ours       // h1wire
	Floor      // a bound that no server can pass
)

var colours = [...]color.Color{
	Peer:  color.RGBA{0xa9, 0xb4, 0xc2, 0xff},
	Ours:  color.RGBA{0x00, 0x77, 0x8f, 0xff},
	Floor: color.RGBA{0xe3, 0xd9, 0xc4, 0xff},
}

// Bar is one value.
type Bar struct {
	Name  string
	Value float64
	Kind  Kind
}

// Panel is one diagram, its bars from top to bottom.
type Panel struct {
	Title string
	Unit  string
	Bars  []Bar
}

// ink is the colour of all text.
var ink = color.RGBA{0x2b, 0x2f, 0x36, 0xff}

const (
	panelWidth = 4.6 * vg.Inch
	barHeight  = 0.2 * vg.Inch
	frame      = 0.6 * vg.Inch // title of a panel and what is around it
	resolution = 144
)

// Draw draws panels in so many columns to base.svg and base.png.
func Draw(base string, columns int, panels []Panel) ([]string, error) {
	if len(panels) == 0 {
		return nil, nil
	}
	columns = min(columns, len(panels))
	rows := (len(panels) + columns - 1) / columns
	most := 0
	plots := make([][]*plot.Plot, rows)
	for i := range plots {
		plots[i] = make([]*plot.Plot, columns)
	}
	for i := range panels {
		p, err := panels[i].plot()
		if err != nil {
			return nil, err
		}
		plots[i/columns][i%columns] = p
		most = max(most, len(panels[i].Bars))
	}
	width := vg.Length(columns) * panelWidth
	height := vg.Length(rows) * (frame + vg.Length(most)*barHeight)

	svg := vgsvg.New(width, height)
	tile(draw.New(svg), plots)
	png := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(resolution))}
	tile(draw.New(png), plots)
	return []string{base + ".svg", base + ".png"}, errors.Join(write(base+".svg", svg), write(base+".png", png))
}

func tile(c draw.Canvas, plots [][]*plot.Plot) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	pad := vg.Points(8)
	tiles := draw.Tiles{Rows: len(plots), Cols: len(plots[0]), PadTop: pad, PadBottom: pad, PadLeft: pad, PadRight: pad, PadX: pad, PadY: pad}
	for i, row := range plot.Align(plots, tiles, c) {
		for j, canvas := range row {
			if plots[i][j] != nil {
				plots[i][j].Draw(canvas)
			}
		}
	}
}

func write(file string, from io.WriterTo) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = from.WriteTo(f)
	return errors.Join(err, f.Close())
}

// plot turns a panel into a plot; the first bar stands on top.
func (p *Panel) plot() (*plot.Plot, error) {
	out := plot.New()
	style(out, p)
	names := make([]string, len(p.Bars))
	var labels plotter.XYLabels
	most := 0.0
	for i, b := range p.Bars {
		at := len(p.Bars) - 1 - i
		names[at] = b.Name
		bar, err := plotter.NewBarChart(plotter.Values{b.Value}, barHeight*0.72)
		if err != nil {
			return nil, err
		}
		bar.Horizontal, bar.XMin = true, float64(at)
		bar.Color, bar.LineStyle.Width = colours[b.Kind], 0
		out.Add(bar)
		labels.XYs = append(labels.XYs, plotter.XY{X: b.Value, Y: float64(at)})
		labels.Labels = append(labels.Labels, " "+result.Number(b.Value))
		most = max(most, b.Value)
	}
	values, err := plotter.NewLabels(labels)
	if err != nil {
		return nil, err
	}
	for i := range values.TextStyle {
		letters(&values.TextStyle[i], labelSize)
		values.TextStyle[i].YAlign = text.YCenter
	}
	out.Add(values)
	out.NominalY(names...)
	out.Y.Min, out.Y.Max = -0.6, float64(len(p.Bars))-0.4
	out.X.Min, out.X.Max = 0, most*1.18 // room for the last label
	return out, nil
}

// style leaves of the axes only the names: every bar bears its value.
func style(out *plot.Plot, p *Panel) {
	out.Title.Text = p.Title + "\n" + p.Unit
	out.HideX()
	out.Y.LineStyle.Width, out.Y.Tick.LineStyle.Width = 0, 0
	for t, size := range map[*text.Style]vg.Length{&out.Title.TextStyle: titleSize, &out.Y.Tick.Label: labelSize} {
		letters(t, size)
	}
}

const (
	titleSize vg.Length = 9.5
	labelSize vg.Length = 8
)

func letters(t *text.Style, size vg.Length) {
	t.Font.Variant, t.Font.Size, t.Color = "Sans", size, ink
}

// Write draws the charts of a report into dir and returns the files: the values
// of all cases, and latencies at a fixed rate.
func Write(r *result.Report, dir string) ([]string, error) {
	var values, latency []Panel
	for i := range r.Cases {
		c := &r.Cases[i]
		all := r.Summaries(c)
		values = add(values, c.Title, c.Unit, all, func(s *result.Summary) float64 { return s.Median })
		if c.OpenLoop {
			latency = add(latency, c.Title+": median latency", "µs", all, func(s *result.Summary) float64 { return s.P50 })
			latency = add(latency, "99 %", "µs", all, func(s *result.Summary) float64 { return s.P99 })
			latency = add(latency, "99.9 %", "µs", all, func(s *result.Summary) float64 { return s.P999 })
		}
	}
	files, err := Draw(filepath.Join(dir, "cpu"), 3, values)
	more, e := Draw(filepath.Join(dir, "latency"), 3, latency)
	return append(files, more...), errors.Join(err, e)
}

// add appends a panel with what was measured, if anything was.
func add(panels []Panel, title, unit string, all []result.Summary, value func(*result.Summary) float64) []Panel {
	p := Panel{Title: title, Unit: unit}
	for i := range all {
		s := &all[i]
		if s.N == 0 {
			continue
		}
		kind := Peer
		switch {
		case s.Server.Ours:
			kind = Ours
		case s.Server.Floor:
			kind = Floor
		}
		p.Bars = append(p.Bars, Bar{Name: s.Server.Name, Value: value(s), Kind: kind})
	}
	if len(p.Bars) == 0 {
		return panels
	}
	return append(panels, p)
}
