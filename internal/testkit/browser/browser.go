// Package browser opens pages in Debian's Chromium as a person would, and watches what pages must never do: ask a foreign
// host, throw, or break the content security policy. Each of these fails the test at its end unless the test took it.
package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take.
const patience = 60 * time.Second

// Options says how the reader's device is.
type Options struct {
	Width, Height int  // CSS pixels; 0 = 1280 × 900
	Dark          bool // the reader prefers dark colours
	NoScript      bool // scripts are switched off
}

// Phone is a cheap phone.
func Phone() Options { return Options{Width: 360, Height: 740} }

// Page is one tab in a browser of its own. Its methods fail the test when they cannot do what they say.
type Page struct {
	t     testing.TB
	ctx   context.Context
	saved string // folder of downloads

	mu         sync.Mutex
	outside    []string
	complaints []string
}

// Open starts a browser with an empty tab. It is closed at the end of the test.
func Open(t testing.TB, o Options) *Page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run the tests through make test, which installs it", err)
	}
	if o.Width == 0 {
		o.Width, o.Height = 1280, 900
	}
	p := &Page{t: t, saved: t.TempDir()}
	own := t.TempDir()
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(own), chromedp.Env("TMPDIR="+own),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// Nothing but this machine has an address, should the guard below ever miss a request.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"))
	allocator, closeBrowser := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, closeTab := chromedp.NewContext(allocator, chromedp.WithListener(p.watch))
	p.ctx = ctx
	t.Cleanup(func() {
		closeTab()
		closeBrowser()
		for _, u := range p.TakeOutside() {
			t.Errorf("a request left this machine: %s", u)
		}
		for _, c := range p.TakeComplaints() {
			t.Errorf("the browser complains: %s", c)
		}
	})
	// The first step starts the browser, whose life is bound to the ctx of that step.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	p.Resize(o.Width, o.Height)
	p.Dark(o.Dark)
	// The reader looks at this window, whatever else the machine shows.
	p.do(send(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	if o.NoScript {
		p.do(send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
	if _, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: p.saved, EventsEnabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	return p
}

// watch runs on the goroutine that reads the browser's messages and must not wait for anything.
func (p *Page) watch(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		if leaves(ev.Request.URL) {
			p.outside = append(p.outside, ev.Request.URL)
		}
	case *network.EventWebSocketCreated:
		if leaves(ev.URL) {
			p.outside = append(p.outside, ev.URL)
		}
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if x := ev.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		p.complaints = append(p.complaints, text)
	case *log.EventEntryAdded:
		// Answers of 4xx and 5xx are logged too; what they mean is for the test to say.
		if ev.Entry.Level == log.EntryLevelError && ev.Entry.Source != log.EntrySourceNetwork {
			p.complaints = append(p.complaints, ev.Entry.Text)
		}
	}
}

// leaves reports whether a request for this address leaves the machine.
func leaves(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	switch u.Scheme {
	case "data", "blob", "about", "chrome", "chrome-error", "devtools":
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// TakeOutside returns the addresses outside this machine that pages asked for since the last call.
func (p *Page) TakeOutside() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.outside
	p.outside = nil
	return out
}

// PlantOutside puts an image of a foreign host into the page and waits until the browser has asked for it and the security
// policy has refused it. It shows that the guard sees what it must see; what it saw is still to be taken.
func (p *Page) PlantOutside(address string) {
	p.t.Helper()
	asked := func(ev network.EventRequestWillBeSent) bool { return ev.Request.URL == address }
	refused := func(ev log.EventEntryAdded) bool { return strings.Contains(ev.Entry.Text, address) }
	script, err := json.Marshal(address)
	if err != nil {
		p.t.Fatal(err)
	}
	plant := chromedp.Evaluate[chromedp.Void]("new Image().src = " + string(script))
	get(p, chromedp.WaitEvent(log.EntryAdded, refused, chromedp.WaitEvent(network.RequestWillBeSent, asked, plant)))
}

// TakeComplaints returns uncaught exceptions and breaches of the content security policy since the last call.
func (p *Page) TakeComplaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.complaints
	p.complaints = nil
	return out
}

func (p *Page) step() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, patience)
}

func (p *Page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := p.step()
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%v (on %s)", err, p.where())
	}
}

// send makes a step of a command of the browser's protocol.
func send[P any](command cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

func get[T any](p *Page, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := p.step()
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatalf("%v (on %s)", err, p.where())
	}
	return v
}

// where tells the address for messages; it must not fail itself.
func (p *Page) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	u, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "a page that does not answer"
	}
	return u
}

// Resize turns the device into one of another size, in CSS pixels. A small one is held in the hand and touched.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	var view []chromedp.EmulateViewportOption
	if width < 700 {
		view = append(view, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	p.do(chromedp.EmulateViewport(int64(width), int64(height), view...))
}

// Dark says whether the reader prefers dark colours. They change at once, because the reader wants no motion either.
func (p *Page) Dark(on bool) {
	p.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	p.do(send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
}

// Authenticator gives the browser an authenticator of its own that keeps passkeys and verifies its user without asking. The
// function it returns makes the next answers wrong: without a good signature, or without a verified user.
func (p *Page) Authenticator() (spoil func(signature, user bool)) {
	p.t.Helper()
	p.do(send(webauthn.Enable, webauthn.EnableParams{}))
	added := get(p, func(ctx context.Context, t *chromedp.Target) (webauthn.AddVirtualAuthenticatorResult, error) {
		return cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
			IsUserVerified: true, AutomaticPresenceSimulation: true}})
	})
	return func(signature, user bool) {
		p.t.Helper()
		p.do(send(webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: added.AuthenticatorID, IsBogusSignature: &signature, IsBadUV: &user}))
	}
}

// Go opens an address and waits until the page is loaded.
func (p *Page) Go(address string) { p.t.Helper(); p.do(chromedp.Navigate(address)) }

// URL returns the address of the page.
func (p *Page) URL() string { p.t.Helper(); return get(p, chromedp.Location()) }

// HTML returns the document as it is now.
func (p *Page) HTML() []byte {
	p.t.Helper()
	return []byte(get(p, chromedp.OuterHTML(chromedp.CSS("html"))))
}

// Text returns the visible text of the first element that the CSS selector finds, waiting until there is one.
func (p *Page) Text(css string) string { p.t.Helper(); return get(p, chromedp.Text(chromedp.CSS(css))) }

// WaitFor waits until the first element that the CSS selector finds is visible.
func (p *Page) WaitFor(css string) { p.t.Helper(); p.do(chromedp.WaitVisible(chromedp.CSS(css))) }

// Click clicks on an element.
func (p *Page) Click(css string) { p.t.Helper(); p.do(chromedp.Click(chromedp.CSS(css))) }

// Follow clicks on an element and waits for the page that opens.
func (p *Page) Follow(css string) {
	p.t.Helper()
	get(p, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(css))))
}

// Press presses keys on what has the focus: letters, and the keys of chromedp's package kb.
func (p *Page) Press(keys string) { p.t.Helper(); p.do(chromedp.KeyEvent(keys)) }

// PressAndFollow presses keys on what has the focus and waits for the page that opens.
func (p *Page) PressAndFollow(keys string) {
	p.t.Helper()
	get(p, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent(keys)))
}

// Type types text into a field, after what is there.
func (p *Page) Type(css, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(css), text))
}

// Fill replaces the content of a field.
func (p *Page) Fill(css, text string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS(css), text))
}

// Choose puts a file into a file field.
func (p *Page) Choose(css, file string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
}

// Eval runs a script in the page and returns its value.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Download clicks on an element and returns the path of the file that the browser saves, under the name that the server
// suggested.
func (p *Page) Download(css string) string {
	p.t.Helper()
	ctx, cancel := p.step()
	defer cancel()
	begun := chromedp.BrowserEvents(ctx, browser.DownloadWillBegin)
	progress := chromedp.BrowserEvents(ctx, browser.DownloadProgress)
	p.Click(css)
	var name string
	for ev, err := range begun {
		if err != nil {
			p.t.Fatalf("no download begins: %v", err)
		}
		name = filepath.Base(ev.SuggestedFilename)
		break
	}
	for ev, err := range progress {
		if err != nil {
			p.t.Fatalf("the download does not end: %v", err)
		}
		switch ev.State {
		case browser.DownloadProgressStateCompleted:
			to := filepath.Join(p.t.TempDir(), name)
			if err := os.Rename(filepath.Join(p.saved, ev.GUID), to); err != nil {
				p.t.Fatal(err)
			}
			return to
		case browser.DownloadProgressStateCanceled:
			p.t.Fatalf("the download of %s was cancelled", name)
		}
	}
	p.t.Fatal("the browser ended during the download")
	return ""
}

// Screenshot saves a picture of the whole page and returns its path; go test -artifacts keeps it.
func (p *Page) Screenshot(name string) string {
	p.t.Helper()
	dir := p.t.ArtifactDir()
	path := filepath.Join(dir, strings.TrimSuffix(name, ".png")+".png")
	if err := os.WriteFile(path, get(p, chromedp.FullScreenshot(100)), 0o644); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// Look returns a picture of what the window shows.
func (p *Page) Look() image.Image {
	p.t.Helper()
	img, err := png.Decode(bytes.NewReader(get(p, chromedp.CaptureScreenshot())))
	if err != nil {
		p.t.Fatal(err)
	}
	return img
}

// Print returns the page as it comes out on A4 paper, a PDF, under the name of a file kept with the artifacts; with how
// many sheets it needs.
func (p *Page) Print(name string) (path string, sheets int) {
	p.t.Helper()
	pdf := get(p, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), func(o *page.PrintToPDFParams) { o.PreferCSSPageSize = new(true) }))
	path = filepath.Join(p.t.ArtifactDir(), name+".pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path, len(pdfSheet.FindAll(pdf, -1))
}

// pdfSheet is the head of the object that stands for a sheet; "/Type /Pages" is their list.
var pdfSheet = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// Paper lays the page out as on paper, so that it can be asked what is printed.
func (p *Page) Paper(on bool) {
	p.t.Helper()
	media := ""
	if on {
		media = "print"
	}
	p.do(send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media}))
}

// SidewaysScroll returns by how many CSS pixels the page is wider than its window.
func (p *Page) SidewaysScroll() int {
	p.t.Helper()
	return Eval[int](p, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
}

// Violation is one breach of an accessibility rule.
type Violation struct {
	ID     string
	Impact string
	Help   string
	Nodes  []struct {
		Target []any
		HTML   string
	}
}

func (v Violation) String() string {
	s := fmt.Sprintf("%s (%s): %s", v.ID, v.Impact, v.Help)
	for i, n := range v.Nodes {
		if i == 5 {
			return s + fmt.Sprintf("\n\tand %d more", len(v.Nodes)-i)
		}
		s += fmt.Sprintf("\n\t%v %s", n.Target, n.HTML)
	}
	return s
}

// Axe runs the accessibility rules of axe-core on the page and returns what they find: all that are on by default, up to
// WCAG 2.2 AA, and target-size, which is off by default; or only the rules of the given names. root is the folder of
// go.mod.
func (p *Page) Axe(root string, rules ...string) []Violation {
	p.t.Helper()
	if !Eval[bool](p, "'axe' in window") {
		b, err := os.ReadFile(filepath.Join(root, "web", "node_modules", "axe-core", "axe.min.js"))
		if err != nil {
			p.t.Fatalf("%v: run npm ci in web, or the tests through make test", err)
		}
		p.do(chromedp.Evaluate[chromedp.Void](string(b)))
	}
	options := map[string]any{"preload": false, "resultTypes": []string{"violations"}, "rules": map[string]any{"target-size": map[string]bool{"enabled": true}}}
	if len(rules) > 0 {
		options["runOnly"] = map[string]any{"type": "rule", "values": rules}
	}
	b, err := json.Marshal(options)
	if err != nil {
		p.t.Fatal(err)
	}
	return Eval[[]Violation](p, "axe.run(document, "+string(b)+").then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => ({target: n.target, html: n.html}))})))")
}

// CheckAxe fails the test for each accessibility rule that the page breaks.
func (p *Page) CheckAxe(root string) {
	p.t.Helper()
	for _, v := range p.Axe(root) {
		p.t.Errorf("%s: %s", p.URL(), v)
	}
}
