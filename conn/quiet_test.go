package conn

import "log/slog"

// quiet is for tests that make callbacks fail: what is logged then is not theirs.
var quiet = slog.New(slog.DiscardHandler)
