package story

import (
	"testing"
	"time"

	"langso/internal/testkit"
	"langso/internal/testkit/browser"
	"langso/internal/testkit/reference"
)

func TestDbg(t *testing.T) {
	node := testkit.Start(t, testkit.Options{Demo: true})
	who := tellers[0]
	p := &play{node: node, who: who, screen: &screen{Page: browser.Open(t, who.device), ledger: newLedger(), t: t, root: reference.Root(t), width: 1280, height: 900, scripts: true}}
	at := time.Now()
	lap := func(w string) { t.Log(w, time.Since(at).Round(time.Millisecond)); at = time.Now() }
	p.Go(node.URL + "/")
	lap("go")
	p.Follow(".ls-signin")
	lap("follow")
	
	lap("axe")
	p.Follow("#minh-hoa-vpdp")
	lap("follow")
	
	lap("axe")
	p.menu("/lam-viec/nhap-lieu")
	p.upload(officeWorkbook(t))
	lap("upload")
	t.Log(p.texts("main"))
	p.Screenshot("x")
}
