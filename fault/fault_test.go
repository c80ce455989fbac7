package fault_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"veche/fault"
)

func TestOfFindsTheFaultUnderItsWrapping(t *testing.T) {
	inner := fault.New(fault.NotFound, "news.not_found", 7)
	err := fmt.Errorf("showing the item: %w", fmt.Errorf("reading: %w", inner))
	if got := fault.Of(err); got != inner {
		t.Errorf("Of = %v, want %v", got, inner)
	}
	if !fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) || fault.Is(nil, fault.Internal) {
		t.Error("Is does not tell the kinds apart")
	}
}

func TestAnOrdinaryErrorIsInternalAndKeepsItsCause(t *testing.T) {
	cause := errors.New("disk full")
	f := fault.Of(cause)
	if f.Kind != fault.Internal || f.Words != "" || !errors.Is(f, cause) {
		t.Errorf("Of(%v) = %#v", cause, f)
	}
	if fault.Of(nil) != nil {
		t.Error("Of(nil) is not nil")
	}
}

func TestEveryKindHasANameAndAnErrorStatus(t *testing.T) {
	names, last := map[string]bool{}, fault.Unavailable
	for k := fault.Internal; k <= last; k++ {
		if names[k.String()] || k.String() == "" {
			t.Errorf("kind %d is named %q", k, k)
		}
		names[k.String()] = true
		if k.Status() < 400 || http.StatusText(k.Status()) == "" {
			t.Errorf("%s answers %d", k, k.Status())
		}
	}
	if beyond := last + 1; beyond.Status() != 500 {
		t.Errorf("an unknown kind answers %d", beyond.Status())
	}
}

func TestErrorTellsTheLogEverything(t *testing.T) {
	f := fault.Because(errors.New("boom"), fault.Conflict, "data.changed", "news")
	if got, want := f.Error(), "conflict: data.changed[news]: boom"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := fault.InFields(map[string]string{"title": "required"}).Error(), "invalid: fault.fieldsmap[title:required]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
