package wordpress

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"veche/data"
	"veche/entity"
)

// Imported is the entity that remembers which row came from where, so that an
// import can be repeated.
type Imported struct {
	entity.Base `entity:"table=wordpress_imported"`
	// Site is the address of the WordPress site, without its scheme.
	Site string `entity:"required,max=200,index"`
	// Source names the thing for ever: the site, its kind, its number there.
	Source string `entity:"title,required,max=320,unique,list"`
	Kind   string `entity:"required,max=20,list"`
	// RowID is the row that it became, RowVersion the state in which the import
	// left that row: another one means that somebody has edited it since. It is 0
	// for a row that was here before.
	RowID      int64 `entity:"list"`
	RowVersion int64
	// Digest tells contents in the export apart.
	Digest string `entity:"max=32"`
}

// record is an Imported in memory.
type record struct {
	id, row, version int64
	digest           string
	seen             bool // met in this import
}

// ledger is what was imported from a site before, and is now.
type ledger struct {
	tx      *data.Tx
	site    string
	records map[string]*record // by the source without the site
	fresh   []Imported         // not written yet
}

const (
	ledgerPage  = 2000 // rows read at once
	ledgerBatch = 50   // rows written at once
)

// openLedger reads what was imported from the site.
func openLedger(tx *data.Tx, site string) (*ledger, error) {
	l := &ledger{tx: tx, site: site, records: make(map[string]*record)}
	for last := int64(0); ; {
		rows, err := data.All[Imported](data.Read(tx).Select("id", "source", "row_id", "row_version", "digest").
			Where("site = ? AND id > ?", site, last).Order("id").Limit(ledgerPage))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			last = row.ID
			l.records[row.Source[len(site):]] = &record{id: row.ID, row: row.RowID, version: row.RowVersion, digest: row.Digest}
		}
		if len(rows) < ledgerPage {
			return l, nil
		}
	}
}

// key returns the name under which a thing is kept: its kind and its number or
// word on the old site. A name that is too long is cut, and told apart by its
// digest; a second thing of one name in the same export gets a number.
func (l *ledger) key(kind, name string) string {
	full := "#" + kind + ":" + name
	if len(full) > 110 {
		full = full[:0] + "#" + kind + ":~" + digest(name)
	}
	key := full
	for n := 2; l.records[key] != nil && l.records[key].seen; n++ {
		key = fmt.Sprintf("%s~%d", full, n)
	}
	return key
}

// find returns the record of a thing and marks it as met; nil if it is new.
func (l *ledger) find(key string) *record {
	r := l.records[key]
	if r != nil {
		r.seen = true
	}
	return r
}

// add notes a new thing, or that what became of it is another row now.
func (l *ledger) add(kind, key string, row, version int64, digest string) error {
	if r := l.records[key]; r != nil && r.id != 0 {
		return l.change(r, row, version, digest)
	}
	l.records[key] = &record{row: row, version: version, digest: digest, seen: true}
	now := data.From(l.tx).Now()
	l.fresh = append(l.fresh, Imported{
		Base: entity.Base{Version: 1, CreatedAt: now, UpdatedAt: now},
		Site: l.site, Source: l.site + key, Kind: kind, RowID: row, RowVersion: version, Digest: digest,
	})
	if len(l.fresh) == ledgerBatch {
		return l.flush()
	}
	return nil
}

// change notes the state in which the import leaves a row.
func (l *ledger) change(r *record, row, version int64, digest string) error {
	r.row, r.version, r.digest = row, version, digest
	if r.id == 0 {
		return fmt.Errorf("the export has %q twice", digest) // keys of one import differ
	}
	return l.tx.DB().Model(&Imported{}).Where("id = ?", r.id).Updates(map[string]any{
		"row_id": row, "row_version": version, "digest": digest,
		"version": data.Expr("version + ?", 1), "updated_at": data.From(l.tx).Now(),
	}).Error
}

// flush writes what is new. It goes round data.Create, which would keep every
// row in memory until the transaction ends.
func (l *ledger) flush() error {
	if len(l.fresh) == 0 {
		return nil
	}
	err := l.tx.DB().Create(&l.fresh).Error
	l.fresh = l.fresh[:0]
	return err
}

// digest returns a text that differs if any of the parts does.
func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
