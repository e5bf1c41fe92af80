package spec

// Machines are the automata that the scanners run.
//
// Actions: mark0, mark1, mark2 and lineEnd note a position in the start line;
// field asks whether one more field line is allowed; nameEnd and fieldEnd note
// the positions of a colon and of the end of its line, trailerName refuses some
// names besides; fold joins a line to the one before it; digit takes a digit of a
// chunk size.
var Machines = []Machine{requestMachine, responseMachine, trailerMachine, chunkMachine, hostMachine}

var requestMachine = Machine{
	Name: "request", Start: "request-head", Doc: "a request head",
	Marks: []Mark{
		{"method", false, "mark0"},
		{"method", true, "mark1"},
		{"request-target", true, "mark2"},
		{"line-end", false, "lineEnd"},
		{"field-line", false, "field"},
		{"field-name", true, "nameEnd"},
		{"field-end", false, "fieldEnd"},
		{"continuation", false, "fold"},
	},
	States: []State{
		{Name: "Start", After: "", Expect: "Method"},
		{Name: "StartCR", After: "\r", Expect: "BareCR"},
		{Name: "StartLine", After: "\r\n", Expect: "Method", Insteads: []Instead{{"CR", "EmptyLines"}, {"LF", "EmptyLines"}}},
		{Name: "Method", After: "G", Expect: "Method"},
		{Name: "TargetStart", After: "GET ", Expect: "Target"},
		{Name: "Target", After: "GET /", Expect: "Target"},
		{Name: "Version", After: "GET / ", Expect: "Version"},
		{Name: "VersionH", After: "GET / H", Expect: "Version"},
		{Name: "VersionHT", After: "GET / HT", Expect: "Version"},
		{Name: "VersionHTT", After: "GET / HTT", Expect: "Version"},
		{Name: "VersionHTTP", After: "GET / HTTP", Expect: "Version"},
		{Name: "VersionMajor", After: "GET / HTTP/", Expect: "Version", Insteads: []Instead{{"DIGIT", "VersionUnsupported"}}},
		{Name: "VersionDot", After: "GET / HTTP/1", Expect: "Version"},
		{Name: "VersionMinor", After: "GET / HTTP/1.", Expect: "Version"},
		{Name: "VersionEnd", After: "GET / HTTP/1.1", Expect: "Version"},
		{Name: "LineCR", After: "GET / HTTP/1.1\r", Expect: "BareCR"},
		{Name: "FirstField", After: "GET / HTTP/1.1\r\n", Expect: "FieldName", Insteads: []Instead{{"WSP", "LeadingSpace"}}},
		{Name: "Name", After: "GET / HTTP/1.1\r\nA", Expect: "FieldName", Insteads: []Instead{{"WSP", "SpaceBeforeColon"}, {"CR", "MissingColon"}, {"LF", "MissingColon"}}},
		{Name: "Value", After: "GET / HTTP/1.1\r\nA:", Expect: "FieldValue"},
		{Name: "ValueCR", After: "GET / HTTP/1.1\r\nA:\r", Expect: "BareCR"},
		{Name: "Field", After: "GET / HTTP/1.1\r\nA:\r\n", Expect: "FieldName"},
		{Name: "EndCR", After: "GET / HTTP/1.1\r\n\r", Expect: "BareCR"},
		{Name: "End", After: "GET / HTTP/1.1\r\n\r\n"},
	},
}

var responseMachine = Machine{
	Name: "response", Start: "response-head", Doc: "a response head",
	Marks: []Mark{
		{"line-end", false, "lineEnd"},
		{"field-line", false, "field"},
		{"field-name", true, "nameEnd"},
		{"field-end", false, "fieldEnd"},
		{"continuation", false, "fold"},
	},
	States: []State{
		{Name: "Start", After: "", Expect: "Version"},
		{Name: "VersionH", After: "H", Expect: "Version"},
		{Name: "VersionHT", After: "HT", Expect: "Version"},
		{Name: "VersionHTT", After: "HTT", Expect: "Version"},
		{Name: "VersionHTTP", After: "HTTP", Expect: "Version"},
		{Name: "VersionMajor", After: "HTTP/", Expect: "Version", Insteads: []Instead{{"DIGIT", "VersionUnsupported"}}},
		{Name: "VersionDot", After: "HTTP/1", Expect: "Version"},
		{Name: "VersionMinor", After: "HTTP/1.", Expect: "Version"},
		{Name: "VersionEnd", After: "HTTP/1.1", Expect: "Version"},
		{Name: "Status", After: "HTTP/1.1 ", Expect: "StatusCode"},
		{Name: "Status2", After: "HTTP/1.1 2", Expect: "StatusCode"},
		{Name: "Status20", After: "HTTP/1.1 20", Expect: "StatusCode"},
		{Name: "StatusEnd", After: "HTTP/1.1 200", Expect: "StatusCode"},
		{Name: "Reason", After: "HTTP/1.1 200 ", Expect: "Reason"},
		{Name: "LineCR", After: "HTTP/1.1 200 \r", Expect: "BareCR"},
		{Name: "FirstField", After: "HTTP/1.1 200 \r\n", Expect: "FieldName", Insteads: []Instead{{"WSP", "LeadingSpace"}}},
		{Name: "Name", After: "HTTP/1.1 200 \r\nA", Expect: "FieldName", Insteads: []Instead{{"WSP", "SpaceBeforeColon"}, {"CR", "MissingColon"}, {"LF", "MissingColon"}}},
		{Name: "Value", After: "HTTP/1.1 200 \r\nA:", Expect: "FieldValue"},
		{Name: "ValueCR", After: "HTTP/1.1 200 \r\nA:\r", Expect: "BareCR"},
		{Name: "Field", After: "HTTP/1.1 200 \r\nA:\r\n", Expect: "FieldName"},
		{Name: "EndCR", After: "HTTP/1.1 200 \r\n\r", Expect: "BareCR"},
		{Name: "End", After: "HTTP/1.1 200 \r\n\r\n"},
	},
}

var trailerMachine = Machine{
	Name: "trailer", Start: "trailer-section", Doc: "a trailer section",
	Marks: []Mark{
		{"field-line", false, "field"},
		{"field-name", true, "trailerName"},
		{"field-end", false, "fieldEnd"},
		{"continuation", false, "fold"},
	},
	States: []State{
		{Name: "FirstField", After: "", Expect: "FieldName", Insteads: []Instead{{"WSP", "LeadingSpace"}}},
		{Name: "Name", After: "A", Expect: "FieldName", Insteads: []Instead{{"WSP", "SpaceBeforeColon"}, {"CR", "MissingColon"}, {"LF", "MissingColon"}}},
		{Name: "Value", After: "A:", Expect: "FieldValue"},
		{Name: "ValueCR", After: "A:\r", Expect: "BareCR"},
		{Name: "Field", After: "A:\r\n", Expect: "FieldName"},
		{Name: "EndCR", After: "\r", Expect: "BareCR"},
		{Name: "End", After: "\r\n"},
	},
}

var chunkMachine = Machine{
	Name: "chunk", Start: "next-chunk", Doc: "what stands between the data of two chunks; a body begins in the state Size",
	Marks: []Mark{{"size-digit", false, "digit"}},
	States: []State{
		{Name: "Size", After: "\r\n", Expect: "ChunkSize"},
		{Name: "Digits", After: "\r\n5", Expect: "ChunkSize", Insteads: []Instead{{"LF", "BareLF"}}},
		{Name: "LineCR", After: "\r\n5\r", Expect: "BareCR"},
		{Name: "LineEnd", After: "\r\n5\r\n"},
		{Name: "Data", After: "", Expect: "ChunkData"},
		{Name: "DataCR", After: "\r", Expect: "ChunkData"},
		// From here on every octet counts as one of chunk-ext.
		{Name: "ExtSpace", After: "\r\n5 ", Expect: "ChunkExt"},
		{Name: "Ext", After: "\r\n5;", Expect: "ChunkExt"},
		{Name: "ExtName", After: "\r\n5;a", Expect: "ChunkExt", Insteads: []Instead{{"LF", "BareLF"}}},
		{Name: "ExtNameSpace", After: "\r\n5;a ", Expect: "ChunkExt"},
		{Name: "ExtEquals", After: "\r\n5;a=", Expect: "ChunkExt"},
		{Name: "ExtToken", After: "\r\n5;a=b", Expect: "ChunkExt", Insteads: []Instead{{"LF", "BareLF"}}},
		{Name: "ExtQuoted", After: "\r\n5;a=\"", Expect: "ChunkExt"},
		{Name: "ExtEscape", After: "\r\n5;a=\"\\", Expect: "ChunkExt"},
		{Name: "ExtQuotedEnd", After: "\r\n5;a=\"\"", Expect: "ChunkExt", Insteads: []Instead{{"LF", "BareLF"}}},
	},
}

var hostMachine = Machine{
	Name: "host", Start: "Host", Doc: "the host, and port if any, of Host and of a request target",
	Anchored: true, Error: "Host",
}
