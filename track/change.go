package track

// A Change is what one commit did to one row: its images before and after. An
// inserted row has no Before, a deleted one no After. A Change with neither says
// that any row of the table may differ; one without a table, that anything may.
//
// An image has all columns of the table. Where a query names a column that an
// image lacks, the change is held to alter it; but nobody misses it for a query
// that looks at all columns without naming them. A writer that has a part of the
// row only gives no image at all.
type Change struct {
	Table         string
	Before, After Row
}

// Everything is the change after which no read can be trusted.
func Everything() Change { return Change{} }

// Columns are the names of a table's columns, shared by all images of its rows.
// It does not change and may be used from many goroutines.
type Columns struct {
	names []string
	at    map[string]int
}

// NewColumns returns the columns of the given names, in order, each once and
// spelled as queries spell them. It keeps the slice.
func NewColumns(names ...string) *Columns {
	c := &Columns{names: names, at: make(map[string]int, len(names))}
	for i, name := range names {
		c.at[name] = i
	}
	return c
}

// Names returns the names in order. The caller does not change them.
func (c *Columns) Names() []string { return c.names }

// A Row is the image of a row. It does not change, and may be used from many
// goroutines. The zero Row is no row at all.
type Row struct {
	columns *Columns
	values  []Value
}

// NewRow returns the image that has values[i] in the i-th column. The values
// are brought to the forms of [Canon]; the row keeps the slice, which must not
// change afterwards. A nil columns makes no row.
func NewRow(columns *Columns, values []Value) Row {
	for i, v := range values {
		values[i] = Canon(v)
	}
	return Row{columns: columns, values: values}
}

// Exists reports whether r is the image of a row.
func (r Row) Exists() bool { return r.columns != nil }

// Value returns the value in the column of the given name, and false where the
// image does not have it.
func (r Row) Value(column string) (Value, bool) {
	if r.columns == nil {
		return nil, false
	}
	i, ok := r.columns.at[column]
	if !ok || i >= len(r.values) {
		return nil, false
	}
	return r.values[i], true
}

// Columns returns the columns of the image, nil where there is no row.
func (r Row) Columns() *Columns { return r.columns }

// blind reports whether c has no images to be judged by.
func (c *Change) blind() bool { return !c.Before.Exists() && !c.After.Exists() }

// alters reports whether the column may look different after the change, for
// a change that has both images.
func (c *Change) alters(column string) bool {
	before, okB := c.Before.Value(column)
	after, okA := c.After.Value(column)
	return !okB || !okA || !identical(before, after)
}

// altersAny reports whether any column differs between the images.
func (c *Change) altersAny() bool {
	for _, name := range c.Before.columns.names {
		if c.alters(name) {
			return true
		}
	}
	return c.Before.columns != c.After.columns
}
