package browser

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Heard is one thing that a screen reader is told: what it is and what it is called.
type Heard struct {
	Role     string // "table", "grid", "row", "columnheader", "link" …
	Name     string
	Children []*Heard
}

// All returns the things of a role at or below h, in the order of the page.
func (h *Heard) All(role string) []*Heard {
	var out []*Heard
	if h.Role == role {
		out = append(out, h)
	}
	for _, c := range h.Children {
		out = append(out, c.All(role)...)
	}
	return out
}

// Heard returns the page as a screen reader is told it: the accessibility tree of the browser, without what it ignores.
func (p *Page) Heard() *Heard {
	p.t.Helper()
	nodes := get(p, chromedp.Action[[]*accessibility.Node](func(ctx context.Context, t *chromedp.Target) ([]*accessibility.Node, error) {
		r, err := cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return nil, err
		}
		return r.Nodes, nil
	}))
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range nodes {
		byID[n.NodeID] = n
	}
	var hear func(n *accessibility.Node) []*Heard
	hear = func(n *accessibility.Node) []*Heard {
		var below []*Heard
		for _, id := range n.ChildIDs {
			if c := byID[id]; c != nil {
				below = append(below, hear(c)...)
			}
		}
		if n.Ignored {
			return below
		}
		return []*Heard{{Role: word(n.Role), Name: word(n.Name), Children: below}}
	}
	root := &Heard{}
	if len(nodes) > 0 {
		root.Children = hear(nodes[0])
	}
	return root
}

func word(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) != nil {
		return ""
	}
	return s
}
