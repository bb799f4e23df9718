package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"

	"golang.org/x/crypto/argon2"
)

// Limits of a password: MinPassword characters at least, maxPassword bytes at most.
const (
	MinPassword = 10
	maxPassword = 1024
)

// cost is the price of one argon2id hash.
type cost struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
}

// present is the price of hashes in this release: the memory of the first choice in OWASP's Password Storage Cheat Sheet
// (46 MiB) with one pass more. One hash takes about 55 ms on one core of the reference machine.
var present = cost{memoryKiB: 46 * 1024, passes: 2, lanes: 1}

const (
	saltBytes = 16
	keyBytes  = 32
)

// hash returns the PHC string of password: $argon2id$v=19$m=47104,t=2,p=1$salt$key (base64 without padding).
func (c cost) hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return phc(c, salt, c.derive(password, salt))
}

// derive hashes the NFC form: the same letters typed on another keyboard may arrive decomposed.
func (c cost) derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(vntext.NFC(password)), salt, c.passes, c.memoryKiB, c.lanes, keyBytes)
}

func phc(c cost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memoryKiB, c.passes, c.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// parsePHC takes a stored hash apart; anything but argon2id of this version within sane bounds is an error.
func parsePHC(s string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, fmt.Errorf("not an argon2id hash")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memoryKiB, &c.passes, &c.lanes); err != nil {
		return c, nil, nil, err
	}
	if c.memoryKiB < 8 || c.memoryKiB > 1<<20 || c.passes < 1 || c.passes > 64 || c.lanes < 1 {
		return c, nil, nil, fmt.Errorf("argon2id parameters out of bounds: %s", parts[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, err
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return c, nil, nil, err
	}
	if len(salt) < 8 || len(key) != keyBytes {
		return c, nil, nil, fmt.Errorf("salt or key too short")
	}
	return c, salt, key, nil
}

// verify reports whether password belongs to the stored hash, and whether the hash should be made anew at price c. The empty hash belongs to nobody and costs the same time as a real one.
func (c cost) verify(stored, password string) (ok, stale bool, err error) {
	if stored == "" {
		c.derive(password, make([]byte, saltBytes))
		return false, false, nil
	}
	then, salt, key, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(then.derive(password, salt), key) == 1
	return ok, then != c || len(salt) != saltBytes, nil
}

// checkPassword refuses passwords that are guessed first.
func checkPassword(login, password string) error {
	p := vntext.NFC(password)
	different := map[rune]bool{}
	for _, r := range p {
		different[r] = true
	}
	switch {
	case !utf8.ValidString(password) || strings.ContainsAny(password, "\r\n\x00"):
		return fault.New(fault.Invalid, "account.password_unreadable").At("password")
	case utf8.RuneCountInString(p) < MinPassword:
		return fault.New(fault.Invalid, "account.password_short", MinPassword).At("password")
	case len(p) > maxPassword:
		return fault.New(fault.Invalid, "account.password_long", maxPassword).At("password")
	case len(different) < 5 || vntext.FoldTight(p) == vntext.FoldTight(login):
		return fault.New(fault.Invalid, "account.password_simple").At("password")
	}
	return nil
}

// readable are letters and digits that nobody mistakes for one another on paper.
const readable = "abcdefghjkmnpqrstuvwxyz23456789"

// randomPassword returns 20 characters (99 bits) in groups of five.
func randomPassword() string { return randomText(20, 5) }

// randomText returns n characters, 4.95 bits each, in groups.
func randomText(n, group int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 && i%group == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(readable[randomBelow(len(readable))])
	}
	return b.String()
}

// randomBelow returns a uniform number in [0, n), n ≤ 256.
func randomBelow(n int) int {
	var b [1]byte
	for {
		rand.Read(b[:])
		if int(b[0]) < 256/n*n {
			return int(b[0]) % n
		}
	}
}

// Hashing is dear by design, so only hashingSlots run at once (2 × 46 MiB) and only hashingQueue requests wait, none
// longer than hashingWait: a flood of sign-ins costs its senders time, not the server its memory.
const (
	hashingSlots = 2
	hashingQueue = 100
	hashingWait  = 10 * time.Second
)

type gate struct {
	slots   chan struct{}
	waiting atomic.Int32
}

func newGate() *gate { return &gate{slots: make(chan struct{}, hashingSlots)} }

// enter waits for a slot and returns the function that gives it back; unavailable when too many wait already.
func (g *gate) enter(ctx context.Context) (func(), error) {
	leave := func() { <-g.slots }
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	default:
	}
	if g.waiting.Add(1) > hashingQueue {
		g.waiting.Add(-1)
		return nil, fault.New(fault.Unavailable, "account.busy")
	}
	defer g.waiting.Add(-1)
	timer := time.NewTimer(hashingWait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	case <-timer.C:
		return nil, fault.New(fault.Unavailable, "account.busy")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
