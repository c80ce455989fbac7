package prose

import (
	"html"
	"path"
	"strconv"
	"strings"
)

// caption prints a picture with its caption.
func (x *expander) caption(c shortcode) string {
	picture, words := c.inner, c.attrs["caption"]
	if m := leadImage.FindStringSubmatch(c.inner); m != nil {
		picture = m[1]
		if rest := strings.TrimSpace(m[2]); rest != "" {
			words = rest
		}
	}
	if strings.TrimSpace(picture) == "" {
		return ""
	}
	return `<figure class="wp-caption ` + html.EscapeString(c.attrs["align"]) + `">` + strings.TrimSpace(picture) +
		"<figcaption>" + words + "</figcaption></figure>\n\n"
}

// gallery prints the pictures of a gallery.
func (x *expander) gallery(c shortcode) string {
	var out strings.Builder
	for _, f := range x.files(c, "image/") {
		picture := `<img src="` + html.EscapeString(f.URL) + `" alt="` + html.EscapeString(f.Alt) + `"` + dimensions(f.Width, f.Height) + `>`
		if c.attrs["link"] != "none" {
			words := f.Alt // a link around a picture is named by the picture
			if words == "" {
				words = f.Title
			}
			picture = strings.Replace(picture, ` alt="`+html.EscapeString(f.Alt)+`"`, ` alt="`+html.EscapeString(words)+`"`, 1)
			picture = `<a href="` + html.EscapeString(f.URL) + `">` + picture + `</a>`
		}
		out.WriteString("<figure>" + picture + "<figcaption>" + f.Caption + "</figcaption></figure>")
	}
	if out.Len() == 0 {
		return ""
	}
	columns, err := strconv.Atoi(c.attrs["columns"])
	if err != nil || columns < 1 || columns > 9 {
		columns = 3
	}
	return `<div class="gallery columns-` + strconv.Itoa(columns) + `">` + out.String() + "</div>\n\n"
}

// embed prints a link to what would be embedded.
func (x *expander) embed(c shortcode) string {
	address := strings.TrimSpace(html.UnescapeString(c.inner))
	if address == "" {
		address = c.attrs["src"]
	}
	if address == "" {
		return ""
	}
	return "<p>" + link(address, "") + "</p>\n\n"
}

// audio prints a player.
func (x *expander) audio(c shortcode) string {
	sources := x.sources(c, "audio/", "src mp3 m4a ogg oga wav flac wma")
	if len(sources) == 0 {
		return ""
	}
	return "<p><audio controls>" + strings.Join(sources, "") + "</audio></p>\n\n"
}

// video prints a player.
func (x *expander) video(c shortcode) string {
	sources := x.sources(c, "video/", "src mp4 m4v webm ogv wmv flv mov")
	if len(sources) == 0 {
		return ""
	}
	width, _ := strconv.Atoi(c.attrs["width"])
	height, _ := strconv.Atoi(c.attrs["height"])
	poster := ""
	if p := c.attrs["poster"]; p != "" {
		poster = ` poster="` + html.EscapeString(p) + `"`
	}
	return "<p><video controls" + poster + dimensions(width, height) + ">" + strings.Join(sources, "") + "</video></p>\n\n"
}

// sources returns the source elements of a player.
func (x *expander) sources(c shortcode, kind, keys string) []string {
	var out []string
	for key := range strings.FieldsSeq(keys) {
		if v := c.attrs[key]; v != "" {
			out = append(out, `<source src="`+html.EscapeString(v)+`">`)
		}
	}
	for _, word := range c.words {
		if strings.Contains(word, "://") || strings.HasPrefix(word, "/") {
			out = append(out, `<source src="`+html.EscapeString(word)+`">`)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, f := range x.from.Attached {
		if isKind(f, kind) {
			return []string{`<source src="` + html.EscapeString(f.URL) + `">`}
		}
	}
	x.report.Missing++
	return nil
}

// playlist prints links to what it would play.
func (x *expander) playlist(c shortcode) string {
	kind := "audio/"
	if c.attrs["type"] == "video" {
		kind = "video/"
	}
	var out strings.Builder
	for _, f := range x.files(c, kind) {
		title := f.Title
		if title == "" {
			title = path.Base(f.URL)
		}
		out.WriteString("<li>" + link(f.URL, title) + "</li>")
	}
	if out.Len() == 0 {
		return ""
	}
	return "<ol>" + out.String() + "</ol>\n\n"
}

// files returns what a gallery or playlist shows: the numbers it names, or
// what is attached to the item. Those nobody knows are counted.
func (x *expander) files(c shortcode, kind string) []File {
	list := c.attrs["ids"]
	if list == "" {
		list = c.attrs["include"]
	}
	var files []File
	if list == "" {
		for _, f := range x.from.Attached {
			if isKind(f, kind) {
				files = append(files, f)
			}
		}
		if len(files) == 0 {
			x.report.Missing++
		}
		return files
	}
	for _, word := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' }) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil || x.from.File == nil {
			x.report.Missing++
			continue
		}
		f, ok := x.from.File(id)
		if !ok {
			x.report.Missing++
			continue
		}
		files = append(files, f)
	}
	return files
}

// endings say the kind of a file whose media type is not known.
var endings = map[string]string{
	"image/": " .jpg .jpeg .png .gif .webp .avif .svg .bmp ", "audio/": " .mp3 .m4a .ogg .oga .wav .flac .wma ",
	"video/": " .mp4 .m4v .webm .ogv .mov .wmv .flv ",
}

// isKind reports whether a file is of a kind such as "image/".
func isKind(f File, kind string) bool {
	if f.Type != "" {
		return strings.HasPrefix(f.Type, kind)
	}
	ending := strings.ToLower(path.Ext(f.URL))
	return ending != "" && strings.Contains(endings[kind], " "+ending+" ")
}

// dimensions returns width and height as attributes, if known.
func dimensions(width, height int) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	return ` width="` + strconv.Itoa(width) + `" height="` + strconv.Itoa(height) + `"`
}
