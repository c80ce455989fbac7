package mosaic

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"sync"
	"time"

	"veche/track"
)

// A Folder is a Source of texts that people edit: the files of a theme on disk.
// It looks every Interval at the files that something kept was made with, or
// would have been had they been there, and announces to the tracker those that
// are not what they were; what was made with them is dropped then. So what is
// shown is at most an interval, and the time of one look, behind the disk. It
// also gives the bytes of assets. Methods may be called from many goroutines.
//
// Small files are compared by what is in them. Large ones are read again only
// if their size or time of change is not what it was: one that was replaced
// with both the same is not noticed. Links are followed; what is no regular file
// cannot be read.
type Folder struct {
	files    fs.FS
	tracker  *track.Tracker
	interval time.Duration

	looking sync.Mutex // one look at a time; taken before mu
	mu      sync.Mutex
	seen    map[string]*seen // by name; entries are added, never removed
}

// seen is what is known of a file. The looking goroutine alone uses stamp and
// steady.
type seen struct {
	state  state
	doubt  bool // somebody read another state
	stamp  stamp
	steady int // looks for which the stamp was the same
}

// state tells one content of a file from another; the zero state is that there
// is no file.
type state [sha256.Size]byte

// unreadable is the state of a file that is there, and cannot be read.
var unreadable = state{1}

// stamp tells, without reading a file, that it was written.
type stamp struct {
	size int64
	at   time.Time
}

// Bounds of a theme's folder.
const (
	filesMax     = 4096     // files of which something that is kept was made
	fileBytesMax = 32 << 20 // of one file
	smallBytes   = 64 << 10 // of a file that is read in every look
	// steadyLooks is for how many looks a large file's stamp must be the same
	// until it is believed: a file system may give two writes one time.
	steadyLooks = 3
)

// NewFolder returns the source for the files. An interval of zero means one second.
func NewFolder(files fs.FS, tracker *track.Tracker, interval time.Duration) *Folder {
	if interval <= 0 {
		interval = time.Second
	}
	return &Folder{files: files, tracker: tracker, interval: interval, seen: make(map[string]*seen)}
}

// Template reads templates/name.html.
func (f *Folder) Template(ctx context.Context, name string) (string, bool, error) {
	text, ok, err := f.Read(ctx, "templates/"+name+".html")
	return string(text), ok, err
}

// Read returns the bytes of a file, and false if there is none.
func (f *Folder) Read(ctx context.Context, name string) ([]byte, bool, error) {
	if track.From(ctx) == nil { // nobody keeps what is made of it
		content, _, ok, err := f.read(name)
		return content, ok, err
	}
	track.Note(ctx, readsFile(name))
	content, now, ok, err := f.read(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch known := f.seen[name]; {
	case known != nil:
		// Whose reading is the newer is not known here. The next look says.
		known.doubt = known.doubt || known.state != now
	case len(f.seen) < filesMax:
		f.seen[name] = &seen{state: now}
	default:
		track.Volatile(ctx, "the theme's folder has more files than are watched")
	}
	return content, ok, err
}

// read returns the bytes of a file and their state, and false if there is none.
func (f *Folder) read(name string) (content []byte, now state, ok bool, err error) {
	content, err = f.bytes(name)
	switch {
	case err == nil:
		return content, sha256.Sum256(content), true, nil
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid):
		return nil, state{}, false, nil
	}
	return nil, unreadable, false, err
}

func (f *Folder) bytes(name string) ([]byte, error) {
	info, err := fs.Stat(f.files, name) // first: to open a pipe may take for ever
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	file, err := f.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var content []byte
	if info.Size() <= fileBytesMax {
		content, err = io.ReadAll(io.LimitReader(file, fileBytesMax+1)) // it may grow
	}
	if info.Size() > fileBytesMax || len(content) > fileBytesMax {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, fileBytesMax)
	}
	return content, err
}

// Run watches the files until ctx is done.
func (f *Folder) Run(ctx context.Context) error {
	tick := time.NewTicker(f.interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f.Look()
		}
	}
}

// Look announces the files that are not what they were when they were read, or
// at the last look.
func (f *Folder) Look() {
	f.looking.Lock()
	defer f.looking.Unlock()
	var changes []track.Change
	for name, known := range f.known() {
		if f.changed(name, known) {
			changes = append(changes, fileChange(name))
		}
	}
	if len(changes) > 0 {
		f.tracker.Apply(changes...)
	}
}

func (f *Folder) known() map[string]*seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.seen)
}

// changed looks at one file. Nobody but the looking goroutine changes what is
// known, other than by doubt.
func (f *Folder) changed(name string, known *seen) bool {
	if f.same(name, known) {
		f.mu.Lock()
		defer f.mu.Unlock()
		doubt := known.doubt
		known.doubt = false
		return doubt
	}
	_, now, _, _ := f.read(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	differs := known.doubt || known.state != now
	known.state, known.doubt = now, false
	return differs
}

// same reports whether a large file need not be read to know that it is the
// same.
func (f *Folder) same(name string, known *seen) bool {
	info, err := fs.Stat(f.files, name)
	if err != nil || info.Size() <= smallBytes {
		known.stamp, known.steady = stamp{}, 0
		return false
	}
	now := stamp{info.Size(), info.ModTime()}
	if known.stamp != now {
		known.stamp, known.steady = now, 0
		return false
	}
	known.steady++
	return known.steady > steadyLooks
}

// fileChange says that the file is not what it was. Its image is that of a row
// whose content nobody names.
func fileChange(name string) track.Change {
	return track.Change{Table: templateFile, After: track.NewRow(fileColumns, []track.Value{name, nil})}
}

// templateFile is the table of which the files of a theme are rows, for those
// who keep what they read.
const templateFile = "file"

var fileNamed = &track.Query{
	Label: "the file", Table: templateFile,
	Where: track.Cmp("name", track.Eq, track.Param(1)),
}

var fileColumns = track.NewColumns("name", "version")

// readsFile is the read of the file of the given name.
func readsFile(name string) track.Read {
	return track.Read{Query: fileNamed, Args: []track.Value{name}}
}
