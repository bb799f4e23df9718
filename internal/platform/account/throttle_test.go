package account

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"langso/internal/platform/fault"
)

// fail makes n wrong attempts and returns how each was answered.
func fail(b *browser, login string, n int) []int {
	codes := make([]int, n)
	for i := range codes {
		codes[i] = b.signIn(login, "không phải thế").Code
	}
	return codes
}

func wantRetry(t *testing.T, what string, b *browser, login, password string, seconds string) {
	t.Helper()
	rec := b.signIn(login, password)
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") != seconds {
		t.Errorf("%s: %d, Retry-After %q, want 429 and %s", what, rec.Code, rec.Header().Get("Retry-After"), seconds)
	}
}

func TestTenWrongPasswordsFromOneNetwork(t *testing.T) {
	for _, address := range []string{"203.0.113.%d:1000", "127.0.0.%d:1000", "[2001:db8:1:2::%d]:1000"} {
		each(t, func(t *testing.T, w *world) {
			w.add("hoa")
			// Ten logins, known and unknown, from ten addresses of the network, on two nodes.
			_, second := w.node(false)
			for i := range 10 {
				b := w.browser(fmt.Sprintf(address, i+1))
				if i%2 == 1 {
					b.h = second
				}
				login := fmt.Sprintf("nguoi%d", i)
				if i%3 == 0 {
					login = "hoa"
				}
				want := http.StatusUnauthorized
				if i == 9 {
					want = http.StatusTooManyRequests
				}
				if got := fail(b, login, 1)[0]; got != want {
					t.Fatalf("attempt %d: %d, want %d", i+1, got, want)
				}
			}
			b := w.browser(fmt.Sprintf(address, 77))
			rec := b.signIn("hoa", goodPassword)
			if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") != "60" {
				t.Fatalf("right password too early: %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
			}
			if !strings.Contains(rec.Body.String(), "Đã nhập sai quá nhiều lần từ mạng này. Hãy thử lại sau 1 phút.") {
				t.Errorf("the refusal does not say what to do:\n%s", rec.Body)
			}
			b.header = map[string]string{"Accept": "application/json"}
			if code := problemCode(t, b.signIn("hoa", goodPassword).Body); code != "account.wait_network" {
				t.Errorf("problem document with code %q", code)
			}
			b.header = nil

			// Another network does not wait.
			w.browser("192.0.2.1:1").mustSignIn(t, "hoa")

			// The wait grows with each further failure, and ends.
			w.advance(time.Minute)
			fail(b, "hoa", 1)
			wantRetry(t, "after the 11th failure", b, "hoa", goodPassword, "120")
			w.advance(2 * time.Minute)
			fail(b, "hoa", 1)
			wantRetry(t, "after the 12th failure", b, "hoa", goodPassword, "240")
			w.advance(4 * time.Minute)
			b.mustSignIn(t, "hoa")
			// The right password forgives nothing of what came before it.
			fail(b, "hoa", 1)
			if rec := b.signIn("khac", "x"); rec.Code != http.StatusTooManyRequests {
				t.Errorf("a further failure right after a success: %d", rec.Code)
			}
		})
	}
}

// Nothing that strangers do makes the owner of a login wait on a device that signed in before.
func TestKnownDeviceKeepsItsAllowance(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		w.add("lan")
		owner := w.browser("203.0.113.5:1000")
		owner.mustSignIn(t, "hoa")
		owner.mustSignIn(t, "lan") // a second account on the same machine
		delete(owner.cookies, sessionCookie)

		// A neighbour on the same network, and a crowd on many others, try the owner's login.
		fail(w.browser("203.0.113.200:1000"), "hoa", 10)
		for i := range 30 {
			fail(w.browser(fmt.Sprintf("198.51.%d.1:1", i)), "hoa", 1)
		}
		if rec := w.browser("203.0.113.201:1000").signIn("hoa", goodPassword); rec.Code != http.StatusTooManyRequests {
			t.Fatalf("a new device on the neighbour's network: %d, want 429", rec.Code)
		}
		owner.mustSignIn(t, "hoa")
		owner.mustSignIn(t, "lan")

		// The device has ten failures of its own, for each of its logins.
		codes := fail(owner, "hoa", 10)
		if codes[8] != http.StatusUnauthorized || codes[9] != http.StatusTooManyRequests {
			t.Errorf("ten failures on the known device: %v", codes)
		}
		wantRetry(t, "known device", owner, "hoa", goodPassword, "60")
		owner.mustSignIn(t, "lan")
		w.advance(time.Minute)
		owner.mustSignIn(t, "hoa")

		// The cookie is no key to other logins, and a cookie of one's own making is none at all.
		forged := w.browser("203.0.113.202:1000")
		forged.cookies[deviceCookie] = owner.cookies[deviceCookie] + "x"
		fail(forged, "hoa", 10) // more failures make the network's wait start anew
		if rec := forged.signIn("hoa", goodPassword); rec.Code != http.StatusTooManyRequests {
			t.Errorf("forged device cookie: %d, want 429", rec.Code)
		}
		stolen := w.browser("203.0.113.203:1000")
		stolen.cookies[deviceCookie] = owner.cookies[deviceCookie]
		if rec := stolen.signIn("cuc", "x"); rec.Code != http.StatusTooManyRequests {
			t.Errorf("device cookie used for another login: %d, want 429", rec.Code)
		}
	})
}

// Many networks against one login: the login waits, seconds only, other logins do not.
func TestThrottleByLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		w.add("lan")
		for i := range 20 {
			want := http.StatusUnauthorized
			if i == 19 {
				want = http.StatusTooManyRequests
			}
			if got := fail(w.browser(fmt.Sprintf("198.51.%d.1:1", i)), "hoa", 1)[0]; got != want {
				t.Fatalf("network %d: %d, want %d", i+1, got, want)
			}
		}
		fresh := w.browser("203.0.113.5:1000")
		wantRetry(t, "a fresh network", fresh, "hoa", goodPassword, "5")
		if rec := fresh.signIn("hoa", goodPassword); !strings.Contains(rec.Body.String(), "Hãy thử lại sau 5 giây.") {
			t.Errorf("the refusal does not say what to do:\n%s", rec.Body)
		}
		fresh.mustSignIn(t, "lan")
		w.advance(5 * time.Second)
		fresh.mustSignIn(t, "hoa")

		// An unknown login is braked in the same way.
		codes := map[int]int{}
		for i := range 21 {
			codes[fail(w.browser(fmt.Sprintf("192.%d.2.1:1", i)), "khong-co-ai", 1)[0]]++
		}
		if codes[http.StatusUnauthorized] != 19 || codes[http.StatusTooManyRequests] != 2 {
			t.Errorf("unknown login: %v", codes)
		}
	})
}

// Attempts at once do not slip through between look and count.
func TestParallelGuessesAreCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		second, _ := w.node(false)
		nodes := []*Service{w.s, second}
		start := make(chan struct{})
		var wg sync.WaitGroup
		var mu sync.Mutex
		looked := 0
		for i := range 40 {
			wg.Go(func() {
				<-start
				_, err := nodes[i%2].SignIn(context.Background(), Attempt{Login: "hoa", Password: fmt.Sprint("đoán ", i), Network: "203.0.113.0/24"})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case fault.Is(err, fault.Unauthenticated):
					looked++
				case !fault.Is(err, fault.RateLimited):
					t.Errorf("attempt %d: %v", i, err)
				}
			})
		}
		close(start)
		wg.Wait()
		if looked > 9 {
			t.Errorf("%d guesses were looked at and answered as wrong, the tenth must already wait", looked)
		}
		if looked == 0 {
			t.Error("no guess was looked at")
		}
	})
}

func TestOldCountsAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		fail(w.browser("203.0.113.5:1000"), "hoa", 3)
		if n := w.count("SELECT COUNT(*) FROM account_throttle"); n != 2 {
			t.Fatalf("%d counts, want network and login", n)
		}
		if all := w.everything(); strings.Contains(all, "203.0.113") || strings.Contains(all, "network:hoa") {
			t.Error("addresses are stored in the clear")
		}
		w.advance(forget + time.Hour)
		w.browser("192.0.2.1:1").mustSignIn(t, "hoa")
		if n := w.count("SELECT COUNT(*) FROM account_throttle WHERE failures > 0"); n != 0 {
			t.Errorf("%d counts are kept after %v", n, forget)
		}
	})
}

func TestBrakesGrowAndLeak(t *testing.T) {
	checked := 0
	for _, b := range []brake{byNetwork, byLogin, byDevice} {
		var s state
		now := time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC).UnixMilli()
		last := time.Duration(0)
		for i := int64(1); i < b.free+40; i++ {
			s = b.add(s, now)
			wait := time.Duration(max(0, s.untilMS-now)) * time.Millisecond
			if (i >= b.free) != (wait > 0) {
				t.Fatalf("%s: failure %d waits %v", b.kind, i, wait)
			}
			if wait < last || wait > b.ceiling || i > b.free && last < b.ceiling && wait == last {
				t.Fatalf("%s: failure %d waits %v after %v", b.kind, i, wait, last)
			}
			last = wait
			checked++
		}
		if last != b.ceiling {
			t.Errorf("%s: the wait ends at %v, ceiling %v", b.kind, last, b.ceiling)
		}
		s = b.add(s, now+b.leak.Milliseconds()*s.failures)
		if s.failures != 1 {
			t.Errorf("%s: %d failures after all leaked away, want the new one", b.kind, s.failures)
		}
		// The longest life of a count is shorter than what storage keeps.
		if b.leak*time.Duration(b.free+40) > forget {
			t.Errorf("%s leaks longer than %v", b.kind, forget)
		}
	}
	if checked == 0 {
		t.Fatal("no brake checked")
	}
	// One network cannot keep a login at its limit: it fails at most once per ceiling plus what leaks.
	perHour := float64(time.Hour)/float64(byNetwork.leak) + float64(time.Hour)/float64(byNetwork.ceiling)
	if leaks := float64(time.Hour) / float64(byLogin.leak); perHour >= leaks {
		t.Errorf("one network fails %.0f times an hour, a login forgets %.0f", perHour, leaks)
	}
}

func TestDeviceCookie(t *testing.T) {
	key, other := []byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210")
	d := device{}
	for i := range 7 {
		d = d.with(fmt.Sprintf("login%d", i))
	}
	d = d.with("login4")
	got, ok := readDevice(key, d.sign(key))
	if !ok || got.id != d.id || got.knows("login1") || !got.knows("login2") || !got.knows("login6") || got.logins[4] != "login4" {
		t.Fatalf("read back %+v, %v", got, ok)
	}
	refused := 0
	for _, bad := range []string{"", ".", "a.b", d.sign(key) + "x", d.sign(other), "x" + d.sign(key), strings.Repeat("a", 10000)} {
		if _, ok := readDevice(key, bad); ok {
			t.Errorf("%.40q was accepted", bad)
		}
		refused++
	}
	if refused == 0 {
		t.Fatal("nothing refused")
	}
}
