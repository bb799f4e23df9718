package auth

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// A page asks once for all the people it shows, not for those it knows, nor for the command line; guests are told nothing.
func TestIntroduceAsksOnce(t *testing.T) {
	var asked [][]string
	look := func(_ context.Context, logins []string) (map[string]string, error) {
		asked = append(asked, logins)
		out := map[string]string{}
		for _, l := range logins {
			if l != "gone" {
				out[l] = "Name of " + l
			}
		}
		return out, nil
	}
	introduce := func(ctx context.Context, logins ...string) context.Context {
		ctx, err := Introduce(ctx, logins...)
		if err != nil {
			t.Fatal(err)
		}
		return ctx
	}
	guest := WithNames(context.Background(), look)
	reader := With(guest, Actor{Kind: Person, ID: 1})
	ctx := introduce(reader, "b", "a", "b", "", "cli", "gone")
	if len(asked) != 1 || !slices.Equal(asked[0], []string{"a", "b", "gone"}) {
		t.Fatalf("asked %q", asked)
	}
	for login, want := range map[string]string{"a": "Name of a", "b": "Name of b", "gone": "", "cli": "", "": "", "c": ""} {
		if got := NameOf(ctx, login); got != want {
			t.Errorf("%q is called %q, want %q", login, got, want)
		}
	}
	later := introduce(introduce(ctx, "a", "b"), "c")
	if len(asked) != 2 || !slices.Equal(asked[1], []string{"c"}) {
		t.Errorf("asked %q", asked)
	}
	if NameOf(later, "a") != "Name of a" || NameOf(later, "c") != "Name of c" || NameOf(ctx, "c") != "" {
		t.Error("a second introduction forgets the first, or changes it")
	}
	for name, ctx := range map[string]context.Context{"guest": guest, "as guest": AsGuest(reader)} {
		if got := NameOf(introduce(ctx, "a"), "a"); got != "" || len(asked) != 2 {
			t.Errorf("a %s is told %q", name, got)
		}
	}
	if got := NameOf(AsGuest(ctx), "a"); got != "" {
		t.Errorf("a page for everybody, drawn for a reader who was introduced, says %q", got)
	}
	if got := NameOf(introduce(With(context.Background(), Actor{Kind: Person, ID: 1}), "a"), "a"); got != "" {
		t.Errorf("without a directory: %q", got)
	}
	broken := WithNames(reader, func(context.Context, []string) (map[string]string, error) { return nil, errors.New("no store") })
	if _, err := Introduce(broken, "a"); err == nil {
		t.Error("an error is lost")
	}
}
