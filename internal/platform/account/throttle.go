package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"langso/internal/platform/fault"
)

// The brake on guessing. Every attempt is counted before its password is looked at and given back when it was right,
// so that many attempts at once cannot slip through between look and count.
//
// An attempt from a browser that signed in to this login before (a known device) is counted for that device alone:
// nothing that strangers do, on the same network or against the same login, makes its owner wait. Every other attempt
// is counted for its network and for its login. Counts leak away with time; a count at its limit makes the next
// attempt wait, and each further failure doubles the wait up to a ceiling. The ceiling of a login is short, and one
// network fails too slowly to keep a login at its limit, so an owner on a new device waits seconds.

// brake says how one kind of count behaves.
type brake struct {
	kind    string
	free    int64         // failures before the first wait
	leak    time.Duration // one failure is forgotten after this long
	base    time.Duration // first wait
	ceiling time.Duration // longest wait
	key     string        // message; its argument is the wait in unit, rounded up
	unit    time.Duration
}

var (
	byNetwork = brake{"network", 10, 6 * time.Minute, time.Minute, 30 * time.Minute, "account.wait_network", time.Minute}
	byLogin   = brake{"login", 20, 3 * time.Minute, 5 * time.Second, time.Minute, "account.wait_login", time.Second}
	byDevice  = brake{"device", 10, 6 * time.Minute, time.Minute, 15 * time.Minute, "account.wait_device", time.Minute}
	byFactor  = brake{"factor", 5, 6 * time.Minute, time.Minute, 15 * time.Minute, "account.wait_factor", time.Minute}
)

// meter is one count: a brake for one network, login or device.
type meter struct {
	brake
	item string // primary key in storage
}

// state is a stored count.
type state struct {
	failures        int64
	lastMS, untilMS int64
}

// add returns the state after one more failure at now.
func (b brake) add(s state, nowMS int64) state {
	leaked := max(0, nowMS-s.lastMS) / b.leak.Milliseconds()
	s.failures = max(0, s.failures-leaked) + 1
	s.lastMS = nowMS
	if over := s.failures - b.free; over >= 0 {
		wait := b.ceiling
		if over < 16 {
			wait = min(b.ceiling, b.base<<over)
		}
		s.untilMS = nowMS + wait.Milliseconds()
	}
	return s
}

// forget is how long a count is kept after its last failure; by then every brake has leaked dry.
const forget = 24 * time.Hour

// waitError carries the wait of a refused attempt to the Retry-After header.
type waitError struct{ wait time.Duration }

func (e waitError) Error() string { return "wait " + e.wait.String() }

// tooMany is the refusal of an attempt on m until untilMS.
func (m meter) tooMany(untilMS, nowMS int64) error {
	wait := time.Duration(untilMS-nowMS) * time.Millisecond
	units := int64((wait + m.unit - 1) / m.unit)
	return fault.New(fault.RateLimited, m.key, units).Because(waitError{wait})
}

// RetryAfter returns how long the sender of a refused attempt should wait, in whole seconds and at least one;
// 0 when err is no such refusal.
func RetryAfter(err error) int {
	var w waitError
	if !errors.As(err, &w) {
		return 0
	}
	return max(1, int((w.wait+time.Second-1)/time.Second))
}

// tag is a keyed hash of what an attempt names: storage shows neither addresses nor what was typed as a login.
func tag(secret []byte, kind, value string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(kind + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15])
}

// meters returns the counts that an attempt is charged to. A device is known while its cookie says so and its owner has
// not taken it off their list; only who signed in before learns how long that look takes.
func (s *Service) meters(ctx context.Context, secret []byte, a Attempt) ([]meter, error) {
	login := tag(secret, "login", loginKey(a.Login))
	if d, ok := readDevice(secret, a.Device); ok && d.knows(login) {
		known, err := deviceKnown(ctx, s.kit.DB.Read(ctx), a.Login, d.ref(secret))
		if err != nil {
			return nil, err
		}
		if known {
			return []meter{{byDevice, "device:" + tag(secret, "device", d.id+login)}}, nil
		}
	}
	return []meter{
		{byNetwork, "network:" + tag(secret, "network", a.Network)},
		{byLogin, "login:" + login},
	}, nil
}
