package auth

import (
	"context"
	"maps"
	"slices"
)

// Names looks up what pages call accounts: login → name of the person. A login that no account has is left out.
type Names func(ctx context.Context, logins []string) (map[string]string, error)

type (
	namesKey struct{}
	knownKey struct{}
)

// WithNames returns a ctx whose pages learn names from look. Without it they show logins.
func WithNames(ctx context.Context, look Names) context.Context {
	return context.WithValue(ctx, namesKey{}, look)
}

// Introduce returns a ctx that knows the names behind logins. A page introduces everybody it shows at once, before it is
// drawn, so that a long list costs one query; NameOf asks nobody any more. Guests are told no names.
func Introduce(ctx context.Context, logins ...string) (context.Context, error) {
	look, _ := ctx.Value(namesKey{}).(Names)
	known, _ := ctx.Value(knownKey{}).(map[string]string)
	ask := map[string]bool{}
	for _, l := range logins {
		if known[l] == "" && l != "" && l != CLI().Login {
			ask[l] = true
		}
	}
	if look == nil || len(ask) == 0 || isGuest(ctx) {
		return ctx, nil
	}
	all, err := look(ctx, slices.Sorted(maps.Keys(ask)))
	if err != nil {
		return ctx, err
	}
	maps.Copy(all, known)
	return context.WithValue(ctx, knownKey{}, all), nil
}

// NameOf returns the name behind a login that ctx was introduced to, "" for any other: an account that is gone, the command
// line, or nobody that a page of this reader names. What is drawn for guests names nobody, whoever was introduced before.
func NameOf(ctx context.Context, login string) string {
	if isGuest(ctx) {
		return ""
	}
	known, _ := ctx.Value(knownKey{}).(map[string]string)
	return known[login]
}

func isGuest(ctx context.Context) bool {
	a := Of(ctx)
	return a.Kind == Guest || a.Kind == ""
}
