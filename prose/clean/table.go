package clean

import (
	"slices"
	"strconv"
)

// maxTableWork bounds the work on one table's spans; a table that needs more
// loses them.
const maxTableWork = 200_000

// repairTable puts the parts of a table in order (caption, head, bodies, foot),
// removes what is empty and takes away spans that do not fit.
func repairTable(n *node) {
	var caption, head, foot *node
	var bodies []*node
	for _, kid := range n.kids {
		switch kid.name {
		case "caption":
			if caption == nil && substance(kid) {
				caption = kid
			} else if caption != nil {
				// A second caption has no place of its own.
				caption.kids = append(caption.kids, &node{name: "div", kids: kid.kids})
			}
		case "thead", "tbody", "tfoot":
			kid.kids = slices.DeleteFunc(kid.kids, func(tr *node) bool { return len(tr.kids) == 0 })
			switch {
			case len(kid.kids) == 0:
			case kid.name == "thead" && head == nil:
				head = kid
			case kid.name == "tfoot" && foot == nil:
				foot = kid
			default:
				kid.name = "tbody"
				bodies = append(bodies, kid)
			}
		}
	}
	n.kids = nil
	for _, part := range slices.Concat([]*node{caption, head}, bodies, []*node{foot}) {
		if part != nil {
			n.kids = append(n.kids, part)
		}
	}
	switch {
	case head == nil && foot == nil && len(bodies) == 0:
		n.name = "div"
		if caption != nil {
			n.kids = caption.kids
		}
		repair(n)
	case !fitSpans(n):
		for _, section := range n.kids {
			eachCell(section, func(cell *node) {
				cell.unset("colspan")
				cell.unset("rowspan")
			})
		}
	}
}

// eachCell calls f with the cells of a section.
func eachCell(section *node, f func(*node)) {
	if section.name == "caption" {
		return
	}
	for _, tr := range section.kids {
		for _, cell := range tr.kids {
			f(cell)
		}
	}
}

// span returns a span attribute, 1 if there is none.
func span(cell *node, name string) int {
	v, _ := cell.get(name)
	n, err := strconv.Atoi(v)
	if err != nil {
		return 1
	}
	return n
}

// fitSpans follows the standard's table model. It shortens row spans that
// reach beyond their section, and returns false if cells overlap or a column
// has no cell that begins in it.
func fitSpans(table *node) bool {
	var begins []bool
	work := 0
	for _, section := range table.kids {
		if section.name == "caption" {
			continue
		}
		var busy []int // rows for which a column is still taken from above
		for y, tr := range section.kids {
			x := 0
			for _, cell := range tr.kids {
				for x < len(busy) && busy[x] > 0 {
					x++
				}
				cols, rows := span(cell, "colspan"), span(cell, "rowspan")
				if left := len(section.kids) - y; rows > left {
					rows = left
					shorten(cell, rows)
				}
				if work += cols; work > maxTableWork {
					return false
				}
				for len(busy) < x+cols {
					busy = append(busy, 0)
				}
				for len(begins) < x+cols {
					begins = append(begins, false)
				}
				begins[x] = true
				for i := x; i < x+cols; i++ {
					if busy[i] > 0 {
						return false
					}
					busy[i] = rows
				}
				x += cols
			}
			for i := range busy {
				busy[i] = max(busy[i]-1, 0)
			}
			if work += len(busy); work > maxTableWork {
				return false
			}
		}
	}
	return !slices.Contains(begins, false)
}

// shorten sets a row span.
func shorten(cell *node, rows int) {
	cell.unset("rowspan")
	if rows > 1 {
		cell.attrs = append(cell.attrs, attr{"rowspan", strconv.Itoa(rows)})
	}
}
