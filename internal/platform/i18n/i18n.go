// Package i18n holds the words of the product. Vietnamese (vi) is the master, English (en) follows it key by key.
//
// Every module ships locales/vi.json and locales/en.json, flat objects from key to text. A text may hold fmt verbs
// (%s, %d, %[2]s). Keys begin with the module's name: "assessment.unit_unknown".
package i18n

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"sort"

	"langso/internal/platform/fault"
)

// Lang is a language of the interface.
type Lang string

const (
	Vi Lang = "vi"
	En Lang = "en"
)

// Langs are all languages, the master first.
var Langs = []Lang{Vi, En}

// Catalog maps keys to texts per language. It is read-only after Load.
type Catalog struct {
	texts map[Lang]map[string]string
}

// Load reads vi.json and en.json from each folder. A key that two folders define, or that one language lacks, is an error.
func Load(folders ...fs.FS) (*Catalog, error) {
	c := &Catalog{texts: map[Lang]map[string]string{}}
	for _, l := range Langs {
		c.texts[l] = map[string]string{}
		for _, f := range folders {
			b, err := fs.ReadFile(f, string(l)+".json")
			if err != nil {
				return nil, err
			}
			var m map[string]string
			if err := json.Unmarshal(b, &m); err != nil {
				return nil, fmt.Errorf("%s.json: %w", l, err)
			}
			for k, v := range m {
				if _, dup := c.texts[l][k]; dup {
					return nil, fmt.Errorf("i18n: key %q is defined twice", k)
				}
				c.texts[l][k] = v
			}
		}
	}
	for k := range c.texts[Vi] {
		if _, ok := c.texts[En][k]; !ok {
			return nil, fmt.Errorf("i18n: key %q has no English text", k)
		}
	}
	for k := range c.texts[En] {
		if _, ok := c.texts[Vi][k]; !ok {
			return nil, fmt.Errorf("i18n: key %q has no Vietnamese text", k)
		}
	}
	return c, nil
}

// Has reports whether key has a text.
func (c *Catalog) Has(key string) bool { _, ok := c.texts[Vi][key]; return ok }

// Keys returns all keys, sorted.
func (c *Catalog) Keys() []string {
	out := make([]string, 0, len(c.texts[Vi]))
	for k := range c.texts[Vi] {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// Text returns the text of key in lang with args filled in; a missing key shows itself as "⟦key⟧".
func (c *Catalog) Text(lang Lang, key string, args ...any) string {
	t, ok := c.texts[lang][key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(args) == 0 {
		return t
	}
	return fmt.Sprintf(t, args...)
}

type ctxKey struct{}

type bound struct {
	c    *Catalog
	lang Lang
}

// With returns a ctx whose texts come from c in lang.
func With(ctx context.Context, c *Catalog, lang Lang) context.Context {
	return context.WithValue(ctx, ctxKey{}, bound{c, lang})
}

// Of returns the language of ctx, the master when none is set.
func Of(ctx context.Context) Lang {
	if b, ok := ctx.Value(ctxKey{}).(bound); ok {
		return b.lang
	}
	return Vi
}

// T returns the text of key in the language of ctx.
func T(ctx context.Context, key string, args ...any) string {
	b, ok := ctx.Value(ctxKey{}).(bound)
	if !ok {
		return "⟦" + key + "⟧"
	}
	return b.c.Text(b.lang, key, args...)
}

// Has reports whether the catalogue of ctx knows key.
func Has(ctx context.Context, key string) bool {
	b, ok := ctx.Value(ctxKey{}).(bound)
	return ok && b.c.Has(key)
}

// Message returns the words of an error in the language of ctx.
func Message(ctx context.Context, err error) string {
	e := fault.As(err)
	return T(ctx, e.Key, e.Args...)
}
