package conn

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

func TestTimeoutsAreDeadlineExceeded(t *testing.T) {
	all := []error{ErrHeaderTimeout, ErrBodyTimeout, ErrIdleTimeout, ErrWriteTimeout}
	for i, err := range all {
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())
		for j, other := range all {
			require.Equal(t, i == j, errors.Is(err, other))
		}
	}
}

func TestInputErrorSaysWhatTheParserFound(t *testing.T) {
	found := &parser.Error{Code: parser.ErrChunkSize, Offset: 3}
	err := inputError(found, 100)
	*found = parser.Error{} // the parser's error is overwritten by its next call
	require.Equal(t, int64(103), err.Offset)
	require.Equal(t, 400, err.Status)
	require.Equal(t, "RFC 9112 §7.1", err.Section)
	require.Equal(t, parser.ErrChunkSize.Error(), err.Section+": "+err.Rule)
	require.ErrorIs(t, err, parser.ErrChunkSize)
	require.NotErrorIs(t, err, ErrHeaderTooLarge)
	require.Contains(t, err.Error(), "octet 103")
}

func TestInputErrorKnowsALargeHead(t *testing.T) {
	for _, code := range []parser.ErrorCode{parser.ErrHeadTooLarge, parser.ErrTargetTooLong, parser.ErrTooManyFields} {
		err := inputError(&parser.Error{Code: code}, 0)
		require.ErrorIs(t, err, ErrHeaderTooLarge)
		require.ErrorIs(t, err, code)
	}
}

func TestInputErrorOfAnotherError(t *testing.T) {
	err := inputError(io.ErrUnexpectedEOF, 5)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, 400, err.Status)
}

func TestErrorsOfTheConnection(t *testing.T) {
	require.ErrorIs(t, errClosed, net.ErrClosed)
	require.ErrorIs(t, bodyTooLarge(7), ErrBodyTooLarge)
	require.Equal(t, 413, bodyTooLarge(7).Status)
	require.ErrorIs(t, &OutputError{Err: ErrTooFewBytes}, ErrTooFewBytes)
}
