package entity_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"veche/entity"
)

// badTags are structs that no entity can be, and what the error must say.
var badTags = map[string]any{
	`field A: the tag does not know the word "requird"`: struct {
		A string `entity:"requird"`
	}{},
	`"markdown" does not fit type int`: struct {
		A int `entity:"markdown"`
	}{},
	"names two domains": struct {
		A string `entity:"slug,email"`
	}{},
	"no domain has values of type chan int": struct{ A chan int }{},
	"no domain has values of type *string":  struct{ A *string }{},
	`"required" takes no value`: struct {
		A string `entity:"required=yes"`
	}{},
	"integer has no empty value": struct {
		A int `entity:"required"`
	}{},
	"nothing lies between min=5 and max=4": struct {
		A string `entity:"min=5,max=4"`
	}{},
	"max=many: want a whole number": struct {
		A string `entity:"max=many"`
	}{},
	"default=c: entity.not_enum": struct {
		A string `entity:"enum=a|b,default=c"`
	}{},
	"default=abc: entity.too_long[2]": struct {
		A string `entity:"max=2,default=abc"`
	}{},
	"secret has none": struct {
		A string `entity:"secret,default=x"`
	}{},
	"none of them empty": struct {
		A string `entity:"enum=a||b"`
	}{},
	"longer than 1 characters": struct {
		A string `entity:"enum=a|bb,max=1"`
	}{},
	"ref=name wants the name of an entity and an int64": struct {
		A int32 `entity:"ref=news"`
	}{},
	"a secret is never shown": struct {
		A string `entity:"secret,list"`
	}{},
	"search a text, not integer": struct {
		A int `entity:"search"`
	}{},
	"bool has no bounds": struct {
		A bool `entity:"max=1"`
	}{},
	"at most 512 characters": struct {
		A string `entity:"markdown,index"`
	}{},
	"both index and unique": struct {
		A string `entity:"index=g"`
		B string `entity:"unique=g"`
	}{},
	"number is never empty": struct {
		A float64 `entity:"null"`
	}{},
	`the group "Bad Name" is no name`: struct {
		A string `entity:"index=Bad Name"`
	}{},
	"both A and B are the title": struct {
		A string `entity:"title"`
		B string `entity:"title"`
	}{},
	"one column, user_id": struct {
		UserID  int64
		User_ID int64
	}{},
	"want table=name": struct {
		entity.Base `entity:"required"`
	}{},
	"embedded Base is no struct":    struct{ *entity.Base }{},
	"does not embed entity.Base":    struct{ A string }{},
	"cannot be the name":            struct{ entity.Base }{},
	"embedded structs have it":      twice{},
	"would inherit":                 tabled{},
	"no domain has values of type ": struct{ A [3]time.Time }{},
}

type left struct{ Name string }

type right struct{ Name string }

type twice struct {
	left
	right
}

type tabled struct{ entity.Base }

func (tabled) TableName() string { return "x" }

func TestBadTagsAreClearErrors(t *testing.T) {
	for want, example := range badTags {
		_, err := entity.OfType(reflect.TypeOf(example))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: got %v, want %q in it", example, err, want)
		}
	}
	if _, err := entity.Of[Status](); err == nil || !strings.Contains(err.Error(), "is no struct") {
		t.Errorf("a string: got %v", err)
	}
}
