package veche

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync"
	"time"

	"veche/fault"
	"veche/mosaic"
)

// assets are the files that pages refer to: styles, pictures, scripts. A file
// in the data folder's theme goes before the theme's own.
type assets struct {
	folder *mosaic.Folder
	theme  fs.FS
	hashes sync.Map // name → hash of the theme's own file, which never changes
}

// url returns the address of a file, which changes with its content.
func (a *assets) url(ctx context.Context, name string) (string, error) {
	hash, err := a.hash(ctx, name)
	if err != nil {
		return "", err
	}
	return "/assets/" + hash + "/" + name, nil
}

func (a *assets) hash(ctx context.Context, name string) (string, error) {
	content, own, err := a.read(ctx, name)
	if err != nil {
		return "", err
	}
	if hash, ok := a.hashes.Load(name); ok && own {
		return hash.(string), nil
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:8])
	if own {
		a.hashes.Store(name, hash)
	}
	return hash, nil
}

// read returns the content of a file, and whether it is the theme's own.
func (a *assets) read(ctx context.Context, name string) (content []byte, own bool, err error) {
	file := path.Join("assets", name)
	content, ok, err := a.folder.Read(ctx, file)
	if err != nil || ok {
		return content, false, err
	}
	content, err = fs.ReadFile(a.theme, file)
	if err != nil {
		return nil, true, fmt.Errorf("there is no asset %q", name)
	}
	return content, true, nil
}

// serve answers with a file. Under its own address it never changes; a file
// that another one refers to by a relative address is checked each time.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if !fs.ValidPath(name) {
		return fault.New(fault.NotFound, "")
	}
	content, _, err := a.read(r.Context(), name)
	if err != nil {
		return fault.Because(err, fault.NotFound, "")
	}
	hash, err := a.hash(r.Context(), name)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Etag", `"`+hash+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.PathValue("hash") == hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if path.Ext(name) == ".woff2" {
		h.Set("Content-Type", "font/woff2")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	return nil
}

var errNotReady = errors.New("the node is not ready")
