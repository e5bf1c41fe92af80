package conn

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

func TestParamsDefaults(t *testing.T) {
	for _, p := range []*Params{nil, {}} {
		r, err := p.resolved()
		require.NoError(t, err)
		require.NotNil(t, r.Logger)
		r.Logger = nil
		require.Equal(t, Params{
			ChunkSize:     64 << 10,
			MaxHeaderSize: 64 << 10,
			MaxFields:     128,
			HeaderTimeout: time.Minute,
			IdleTimeout:   2 * time.Minute,
			MaxBodySize:   100 << 20,
			WriteTimeout:  time.Minute,
			ExpectTimeout: time.Second,
			rateWindow:    5 * time.Second,
		}, *r)
	}
}

func TestParamsNegativeMeansNoneWhereZeroMeansDefault(t *testing.T) {
	r, err := (&Params{HeaderTimeout: -1, IdleTimeout: -1, WriteTimeout: -1, ExpectTimeout: -1, MaxBodySize: -1}).resolved()
	require.NoError(t, err)
	require.Zero(t, r.HeaderTimeout)
	require.Zero(t, r.IdleTimeout)
	require.Zero(t, r.WriteTimeout)
	require.Zero(t, r.ExpectTimeout)
	require.Zero(t, r.MaxBodySize)
}

func TestParamsErrorNamesTheField(t *testing.T) {
	for _, field := range []string{"ChunkSize", "MaxHeaderSize", "MaxFields", "BodyTimeout"} {
		var p Params
		reflect.ValueOf(&p).Elem().FieldByName(field).SetInt(-1)
		require.ErrorContains(t, p.Validate(), "Params."+field)
		_, err := p.resolved()
		require.ErrorContains(t, err, "Params."+field)
	}
	require.ErrorContains(t, (&Params{MaxFields: 1 << 16}).Validate(), "Params.MaxFields")
	require.NoError(t, (&Params{MaxFields: 1<<16 - 1, MaxHeaderSize: 1<<31 - 1}).Validate())
	require.NoError(t, (*Params)(nil).Validate())
}

func TestParamsReachTheParser(t *testing.T) {
	r, err := (&Params{MaxHeaderSize: 1024, MaxFields: 7, Lenience: parser.LenientObsFold}).resolved()
	require.NoError(t, err)
	require.Equal(t, parser.Options{MaxHeadSize: 1024, MaxFields: 7, Lenience: parser.LenientObsFold}, r.options())
}
