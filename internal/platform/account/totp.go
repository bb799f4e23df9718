package account

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"

	"github.com/skip2/go-qrcode"
)

// Codes of an authenticator app: RFC 6238 with the values that every app knows (HMAC-SHA-1, 30 seconds, 6 digits). One step
// before and after the present one is accepted, because clocks of phones differ; a step counts once.
const (
	totpPeriod = 30 // seconds
	totpDigits = 6
	totpDrift  = 1  // steps
	totpSecret = 20 // bytes, the length that RFC 4226 recommends
)

// totpCode is the code of a time step.
func totpCode(secret []byte, step int64, digits int) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	h := hmac.New(sha1.New, secret)
	h.Write(counter[:])
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := int64(binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff)
	mod := int64(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// totpStep returns the step whose code was typed, the newest first; false when none near now has it.
func totpStep(secret []byte, code string, now time.Time) (int64, bool) {
	present := now.Unix() / totpPeriod
	found, ok := int64(0), 0
	for step := present - totpDrift; step <= present+totpDrift; step++ {
		same := subtle.ConstantTimeCompare([]byte(totpCode(secret, step, totpDigits)), []byte(code))
		if same == 1 {
			found, ok = step, 1
		}
	}
	return found, ok == 1
}

// Enrolment is what an app needs to make codes for an account.
type Enrolment struct {
	Secret string   // base32 in groups of four, to be typed
	URI    string   // otpauth://…, what the QR says
	QR     [][]bool // rows of dark modules, quiet zone included
	State  string   // sealed, for the form that confirms
}

// enrolment is what Enrolment.State holds.
type enrolment struct {
	Account int64  `json:"account"`
	Secret  []byte `json:"secret"`
}

const purposeEnrol = "totp enrolment"

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// newEnrolment describes a secret for an account.
func newEnrolment(key []byte, account int64, login string, secret []byte, now time.Time) (Enrolment, error) {
	state, err := seal(key, purposeEnrol, enrolment{account, secret}, now)
	if err != nil {
		return Enrolment{}, err
	}
	text := base32Text.EncodeToString(secret)
	q := url.Values{"secret": {text}, "issuer": {"Làng Số"}}
	// Apps read a plus in the query as a plus: spaces are written %20.
	uri := "otpauth://totp/" + url.PathEscape("Làng Số:"+login) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
	code, err := qrcode.New(uri, qrcode.Medium)
	if err != nil {
		return Enrolment{}, err
	}
	var groups []string
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:min(i+4, len(text))])
	}
	return Enrolment{Secret: strings.Join(groups, " "), URI: uri, QR: code.Bitmap(), State: state}, nil
}

// qrPath draws the dark modules of a QR as one SVG path of unit squares.
func qrPath(rows [][]bool) string {
	var b strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
			}
		}
	}
	return b.String()
}

func newTOTPSecret() []byte {
	b := make([]byte, totpSecret)
	rand.Read(b)
	return b
}

// keyFile holds the key under which secrets of authenticator apps are stored, in the data folder with mode 0600.
//
// It protects a copy of the database alone: a backup, a replica, a dump that went astray. It does not protect against
// somebody who reads the data folder, or the memory of a running server: both hold the key beside the secrets. Nodes over
// one PostgreSQL need the same file, and a backup needs it kept beside, not inside; without it codes are refused while
// passkeys and recovery codes go on, and "langso user factors" lets people enrol again.
const keyFile = "account.key"

// factorKey returns the key of keyFile, making it when the installation has none yet. The database remembers which key it
// is, so that a node with another file refuses instead of storing what the others cannot read.
func (s *Service) factorKey(ctx context.Context) ([]byte, error) {
	path := filepath.Join(s.kit.DB.Dir(), keyFile)
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeKeyFile(path)
	}
	if err != nil {
		return nil, err
	}
	if len(key) != 32 {
		return nil, fault.New(fault.Unavailable, "account.key_missing", keyFile)
	}
	sum := sha256.Sum256(append([]byte("which key: "), key...))
	mine := []byte(hex.EncodeToString(sum[:8]))
	var stored []byte
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		stored, err = rememberKey(ctx, tx, mine)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(stored, mine) {
		return nil, fault.New(fault.Unavailable, "account.key_missing", keyFile)
	}
	return key, nil
}

// makeKeyFile writes a new key beside its name and links it there, so that of two processes the first one wins and nobody
// reads half a key.
func makeKeyFile(path string) ([]byte, error) {
	key := make([]byte, 32)
	rand.Read(key)
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+"-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
