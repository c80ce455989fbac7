// Package theme is the default look of a site: page frames, style sheets, fonts, the emblem and
// icons, embedded in the binary and handed over as a file system.
//
// # The idea
//
// A veche gathered a whole town; its decisions were scratched on birch bark and its chronicle
// marked in red where to look. So pages are paper-white bark with ink and one red, --rubric; strips
// of bark strokes divide them; dates and sections hang in the margin; a chapter begins with a red
// initial; the emblem is a bell assembled of separate strokes, and on error pages it has lost its
// tongue. Text is set in Piazzolla, controls in Golos Text, both drawn with Cyrillic and licensed
// under the OFL (assets/fonts).
//
// # Usage
//
// Default returns the folders templates/, assets/ and words/. The frames in templates/frames are
// html/template files made of static markup and five slots: head, header, main, aside, footer.
//
//	main.html    main with an aside beside it: pages, lists, sections
//	wide.html    main alone: articles, forms, tables
//	bare.html    one sheet on bark: sign in, sign up, setup, pages of errors
//	front.html   as main.html, for the front page
//
// A frame calls {{slot "name"}}, {{asset "base.css"}} (the asset's address), {{t "key"}} (text in
// the viewer's locale; words/ has the texts) and {{locale}}. The landmarks (header.masthead, main,
// aside.aside, footer.footer) belong to the frame, so that a fragment that fails leaves them whole;
// an aside whose slot is empty takes no room. Style sheets name fonts and images relative to
// themselves, so assets must also answer at their plain names, beside the sheets.
//
// Every part is shown with its markup by `go run ./theme/guide`; copy from the pages in theme/guide.
//
// # Tokens
//
// assets/tokens.css alone names colours, sizes and fonts, as custom properties of :root; a colour is
// one light-dark(day, night) pair. The scheme follows the system, unless <html data-theme="light">
// or "dark" says otherwise.
//
//	ground   --paper --surface --sunken --bark
//	ink      --ink --soft (second rank) --line (decoration) --edge (borders with meaning)
//	rubric   --rubric --rubric-wash --on-rubric
//	states   --pine --honey --river, each with -wash; --mark --focus
//	type     --serif --sans --mono; --text-xs -s -m -read -l -xl -2xl -3xl -4xl
//	space    --space-1 .. --space-8; --radius --lift --veil
//	measure  --gutter --wide --measure --margin --column
//
// Cascade layers, weakest first: tokens, base, prose, parts, media. Rules outside any layer, and so
// a site's own sheet, win over all of them.
//
// # Parts
//
// Elements look right without a class; one short class names a part; state is in attributes
// (aria-current, aria-invalid, data-state, data-kind, data-weight), never in further classes. The
// exceptions are modifiers of buttons (primary, danger, quiet) and of prose (small, initial).
//
//	frame     skip page bare masthead name emblem tools locale account (li.apart) avatar
//	          menu-button menu search footer list theme
//	words     rubric dek meta badge[data-state=draft|scheduled|published|pending|rejected]
//	messages  flash > notice[data-kind=info|success|warning|error]; empty; missing (a fragment that
//	          failed); fault (page of an error); secret (a token to copy)
//	pages     crumbs; heading; block (titled piece) with more; titles; sections (columns of blocks);
//	          tree (page menu); children (pages below)
//	news      lead > div > header + figure; news > item > side + div + figure; pager; tags
//	          (data-weight=1..5); feeds
//	article   article > header, body > side + prose, footer
//	prose     prose (all that editors write), initial, small; within it what package prose lets
//	          through: prose-left prose-right prose-center prose-wide prose-full prose-text-left
//	          prose-text-center prose-text-right prose-captioned prose-gallery prose-columns
//	          prose-column prose-media-text prose-buttons prose-button prose-pullquote prose-embed
//	          prose-verse prose-footnotes prose-footnote-ref prose-footnote-back
//	talk      talk > thread > li > comment[data-state] + thread; reply (details); remarks (latest)
//	forms     form; field (label, hint, control, error); need; pair; choices > choice; actions;
//	          errors (summary); filters; sheet
//	tables    rows (cards on narrow screens; td[data-label] names a cell); scroll (wide tables)
//	any       button primary danger quiet icon row stack count sr
//
// Nothing needs the script. assets/veche.js, where it runs, remembers the scheme chosen in
// form.theme[hidden], copies the address of a[data-copied] on a press, and closes details[data-menu].
// The main menu is a popover on narrow screens, which browsers open by themselves.
//
// # Overriding
//
// A site's theme folder lies over this one, file by file: templates/frames/main.html replaces the
// frame, assets/tokens.css the tokens. To recolour a site, copy tokens.css and change pairs; the
// tests of this package say which pairs must stay legible together and by how much.
//
// # Limits
//
// Fonts stay within 300 kB altogether. Pages are made for the policy default-src 'none' with
// style-src, script-src, img-src and font-src 'self': no inline style, no inline script, no data:
// addresses. Browsers without light-dark(), container queries or popover (before 2024) get a
// readable page in the light scheme with an unstyled menu at its place.
package theme
