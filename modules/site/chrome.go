package site

import (
	"context"

	"veche"
	"veche/locale"
	"veche/mosaic"
)

// emblem is the data of the site's name at the head of pages.
type emblem struct{ Title, Tagline string }

// showName makes the site's name, the way to the front page.
func showName(ctx context.Context, _ mosaic.None) (any, error) {
	name, err := siteTitle(ctx)
	if err != nil {
		return nil, err
	}
	tagline, err := setting(ctx, taglineSetting)
	return emblem{name, tagline.Value}, err
}

// showHeader makes the head of pages: places for the name, the tools, the menu.
func showHeader(context.Context, mosaic.None) (any, error) { return struct{}{}, nil }

// showTools makes what stands beside the name: the choice of the language, and
// who is signed in.
func showTools(context.Context, mosaic.None) (any, error) { return struct{}{}, nil }

// choice is a language to choose.
type choice struct {
	Tag     locale.Tag
	Current bool
}

// showLocale makes the choice of the language.
func showLocale(ctx context.Context, _ mosaic.None) (any, error) {
	var choices []choice
	for _, tag := range locale.Tags() {
		choices = append(choices, choice{tag, tag == veche.Locale(ctx)})
	}
	return choices, nil
}

// foot is the data of the foot of pages.
type foot struct {
	Title string
	Text  Setting
}

// showFooter makes the foot of pages.
func showFooter(ctx context.Context, _ mosaic.None) (any, error) {
	name, err := siteTitle(ctx)
	if err != nil {
		return nil, err
	}
	text, err := setting(ctx, footerSetting)
	return foot{name, text}, err
}

// showAdminLink makes the way to the forms for those who may use them.
func showAdminLink(ctx context.Context, _ mosaic.None) (any, error) {
	if !administrator(ctx) {
		return nil, nil
	}
	return struct{}{}, nil
}

// showAppearance makes the choice of the colour scheme, which the theme's script
// brings to life.
func showAppearance(context.Context, mosaic.None) (any, error) { return struct{}{}, nil }
