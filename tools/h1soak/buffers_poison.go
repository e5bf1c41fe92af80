//go:build h1wire_poison

package main

import (
	"fmt"

	"github.com/h1wire/h1wire/conn"
)

func buffersOut() int64 { return conn.BuffersOut() }

func describeBuffers(n int64) string { return fmt.Sprintf("%d pooled buffers", n) }
