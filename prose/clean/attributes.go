package clean

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// classes maps the classes that mean something to their names here. The names
// begin with "prose-", so that content can never borrow the look of the page's
// own controls, and map to themselves.
var classes = map[string]string{
	"alignleft": "prose-left", "alignright": "prose-right", "aligncenter": "prose-center", "alignwide": "prose-wide",
	"alignfull": "prose-full", "has-text-align-left": "prose-text-left", "has-text-align-center": "prose-text-center",
	"has-text-align-right": "prose-text-right", "wp-caption": "prose-captioned", "gallery": "prose-gallery",
	"wp-block-gallery": "prose-gallery", "wp-block-columns": "prose-columns", "wp-block-column": "prose-column",
	"wp-block-buttons": "prose-buttons", "wp-block-button__link": "prose-button", "wp-block-file__button": "prose-button",
	"wp-block-pullquote": "prose-pullquote", "wp-block-embed": "prose-embed", "wp-block-verse": "prose-verse",
	"wp-block-media-text": "prose-media-text", "footnotes": "prose-footnotes", "footnote-ref": "prose-footnote-ref",
	"footnote-backref": "prose-footnote-back",
}

var (
	ownClass      = regexp.MustCompile(`^prose-(left|right|center|wide|full|text-left|text-center|text-right|captioned|gallery|columns|columns-[1-9]|column|buttons|button|pullquote|embed|verse|media-text|footnotes|footnote-ref|footnote-back)$`)
	countClass    = regexp.MustCompile(`^(?:gallery-)?columns-([1-9])$`)
	languageClass = regexp.MustCompile(`^language-[a-z0-9+#.-]{1,30}$`)
	textAlign     = regexp.MustCompile(`(?i)(?:^|;)\s*text-align\s*:\s*(left|center|right)\b`)
	floats        = regexp.MustCompile(`(?i)(?:^|;)\s*float\s*:\s*(left|right)\b`)
	mediaType     = regexp.MustCompile(`^(audio|video)/[a-z0-9.+-]{1,40}$`)
	daySpan       = regexp.MustCompile(`^[0-9]{4}-`)
)

// Classes returns every class that a cleaned text can carry, for the one who
// writes the style sheet; besides these, code carries language-NAME.
func Classes() []string {
	all := []string{}
	for _, c := range classes {
		all = append(all, c)
	}
	for n := range 9 {
		all = append(all, "prose-columns-"+strconv.Itoa(n+1))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// classOf returns the classes an element keeps, from its class, its style and
// its align attribute.
func classOf(name string, attrs map[string]string) string {
	var kept []string
	add := func(c string) {
		if !slices.Contains(kept, c) {
			kept = append(kept, c)
		}
	}
	for _, c := range strings.Fields(attrs["class"]) {
		if len(kept) >= 6 {
			break
		}
		if own, ok := classes[c]; ok {
			add(own)
		} else if m := countClass.FindStringSubmatch(c); m != nil {
			add("prose-columns-" + m[1])
		} else if ownClass.MatchString(c) || languageClass.MatchString(c) && (name == "code" || name == "pre") {
			add(c)
		}
	}
	if m := textAlign.FindStringSubmatch(attrs["style"]); m != nil && isBlock(name) {
		add("prose-text-" + strings.ToLower(m[1]))
	}
	if m := floats.FindStringSubmatch(attrs["style"]); m != nil {
		add("prose-" + strings.ToLower(m[1]))
	}
	switch align := strings.ToLower(attrs["align"]); align {
	case "left", "right", "center":
		if name == "img" || name == "table" || name == "figure" {
			add("prose-" + align)
		} else if isBlock(name) {
			add("prose-text-" + align)
		}
	}
	return strings.Join(kept, " ")
}

// languages are the two-letter codes of ISO 639-1.
const languages = " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "

// attributes returns what an element keeps of its attributes, in a fixed
// order. ok is false if the element cannot be without what it lost.
func (b *builder) attributes(name string, in map[string]string) (out []attr, ok bool) {
	put := func(key, value string) { out = append(out, attr{key, value}) }
	if id := in["id"]; id != "" && b.takeAnchor(id) {
		put("id", id)
	}
	if class := classOf(name, in); class != "" {
		put("class", class)
	}
	ok = b.specific(name, in, put)
	if lang, _, _ := strings.Cut(strings.ToLower(in["lang"]), "-"); len(lang) == 2 && strings.Contains(languages, " "+lang+" ") {
		put("lang", lang)
	}
	if dir := strings.ToLower(in["dir"]); dir == "ltr" || dir == "rtl" || dir == "auto" && name != "bdo" {
		put("dir", dir)
	} else if name == "bdo" {
		ok = false
	}
	if title := strings.TrimSpace(in["title"]); title != "" {
		put("title", tidy(title))
	}
	if lost := len(in) - len(out); lost > 0 {
		b.report.Attributes += lost
	}
	return out, ok && (name != "span" || len(out) > 0)
}

// specific puts the attributes that an element has for itself.
func (b *builder) specific(name string, in map[string]string, put func(key, value string)) bool {
	switch name {
	case "a":
		href, ok := b.address(name, in["href"])
		if ok {
			put("href", href)
			if b.opts.UGC {
				put("rel", "nofollow ugc")
			}
		}
		return ok
	case "img":
		return b.picture(in, put)
	case "audio", "video", "source":
		return b.recording(name, in, put)
	case "blockquote", "q", "ins", "del":
		if cite, ok := b.address(name, in["cite"]); ok {
			put("cite", cite)
		}
		if t, ok := moment(in["datetime"]); ok && (name == "ins" || name == "del") {
			put("datetime", t)
		}
	case "time":
		t, ok := moment(in["datetime"])
		put("datetime", t)
		return ok
	case "ol":
		b.numbering(in, put)
	case "li":
		if n, err := strconv.Atoi(in["value"]); err == nil && n > -1e6 && n < 1e6 {
			put("value", strconv.Itoa(n))
		}
	case "td", "th":
		for _, key := range []string{"colspan", "rowspan"} {
			if n, err := strconv.Atoi(in[key]); err == nil && n > 1 && n <= 1000 {
				put(key, strconv.Itoa(n))
			}
		}
		if scope := strings.ToLower(in["scope"]); name == "th" && (scope == "row" || scope == "col") {
			put("scope", scope)
		}
	case "details":
		if _, ok := in["open"]; ok {
			put("open", "")
		}
	}
	return true
}

// picture puts the attributes of an img.
func (b *builder) picture(in map[string]string, put func(key, value string)) bool {
	src, ok := b.address("img", in["src"])
	for _, lazy := range []string{"data-src", "data-lazy-src", "data-original"} {
		if !ok { // scripts that load images late keep the real address here
			src, ok = b.address("img", in[lazy])
		}
	}
	if !ok {
		return false
	}
	put("src", src)
	put("alt", tidy(in["alt"]))
	size(in, put)
	put("loading", "lazy")
	return true
}

// recording puts the attributes of audio, video and source.
func (b *builder) recording(name string, in map[string]string, put func(key, value string)) bool {
	src, ok := b.address(name, in["src"])
	if ok {
		put("src", src)
	}
	if name == "source" {
		if kind := strings.ToLower(strings.TrimSpace(in["type"])); mediaType.MatchString(kind) {
			put("type", kind)
		}
		return ok
	}
	put("controls", "")
	put("preload", "none")
	if name == "video" {
		if poster, ok := b.address("img", in["poster"]); ok {
			put("poster", poster)
		}
		size(in, put)
	}
	return true
}

// size puts width and height if they are whole numbers of pixels.
func size(in map[string]string, put func(key, value string)) {
	for _, key := range []string{"width", "height"} {
		if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(in[key]), "px")); err == nil && n > 0 && n <= 100000 {
			put(key, strconv.Itoa(n))
		}
	}
}

// numbering puts the attributes of an ordered list.
func (b *builder) numbering(in map[string]string, put func(key, value string)) {
	if n, err := strconv.Atoi(in["start"]); err == nil && n > -1e6 && n < 1e6 {
		put("start", strconv.Itoa(n))
	}
	if t := in["type"]; len(t) == 1 && strings.Contains("1aAiI", t) {
		put("type", t)
	}
	if _, ok := in["reversed"]; ok {
		put("reversed", "")
	}
}

// moment returns a date, or a date and time with its zone, as HTML wants it.
func moment(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if !daySpan.MatchString(s) || strings.HasPrefix(s, "0000") {
		return "", false
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		if _, offset := t.Zone(); offset > 14*3600 || offset < -12*3600 {
			return "", false
		}
		return t.Truncate(time.Second).Format(time.RFC3339), true
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return s, true
	}
	return "", false
}

// address holds an address against the rules and asks Options.Rewrite.
func (b *builder) address(element, raw string) (string, bool) {
	if raw == "" {
		return "", false
	}
	out, ok := address(raw)
	if ok && element != "a" && !strings.HasPrefix(out, "http:") && !strings.HasPrefix(out, "https:") && strings.Contains(strings.SplitN(out, "/", 2)[0], ":") {
		ok = false // a picture is no mail
	}
	if ok && b.opts.Rewrite != nil {
		out, ok = address(b.opts.Rewrite(element, out))
	}
	if !ok {
		b.report.Addresses++
	}
	return out, ok
}

// takeAnchor reports whether an id may stay: it has the prefix and is the
// first of its name.
func (b *builder) takeAnchor(id string) bool {
	prefix := b.opts.AnchorPrefix
	if prefix == "" || len(id) <= len(prefix) || !strings.HasPrefix(id, prefix) || !anchorPattern.MatchString(id) || b.anchors[id] {
		return false
	}
	if b.anchors == nil {
		b.anchors = map[string]bool{}
	}
	b.anchors[id] = true
	return true
}

// tidy makes an attribute's text one line of allowed characters.
func tidy(s string) string {
	return strings.Join(strings.Fields(plainText(s)), " ")
}
