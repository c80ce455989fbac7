package theme

import (
	"embed"
	"io/fs"
)

//go:embed templates assets words
var files embed.FS

// Default returns the default theme: a read-only file system, embedded in the binary, with the
// folders templates/ (frames in templates/frames/), assets/ (style sheets, one script, the
// emblem, icons, fonts and their licences) and words/ (what the frames say). It may be used by any number of goroutines at once.
func Default() fs.FS { return files }
