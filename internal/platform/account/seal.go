package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"langso/internal/platform/fault"
)

// formLife is how long a page of a ceremony may lie open.
const formLife = 10 * time.Minute

// sealed is what a page carries to its own form: nobody else can read it or make it, and it counts until Until.
type sealed struct {
	Until int64           `json:"until"` // ms
	Value json.RawMessage `json:"value"`
}

// errSeal is the refusal of what this installation did not seal for this purpose.
var errSeal = errors.New("account: not sealed here")

// encrypt puts text under AES-256-GCM; what is its purpose is bound to it. The nonce stands before the text.
func encrypt(key []byte, purpose string, text []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, text, []byte(purpose)), nil
}

// decrypt reads what encrypt wrote with the same key for the same purpose.
func decrypt(key []byte, purpose string, b []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(b) < aead.NonceSize() {
		return nil, errSeal
	}
	return aead.Open(nil, b[:aead.NonceSize()], b[aead.NonceSize():], []byte(purpose))
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// derived is a key of its own for one use of the installation's secret.
func derived(secret []byte, use string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("key for " + use))
	return h.Sum(nil)
}

// seal packs v for a form that is sent back within formLife.
func seal(secret []byte, purpose string, v any, now time.Time) (string, error) {
	value, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(sealed{now.Add(formLife).UnixMilli(), value})
	if err != nil {
		return "", err
	}
	b, err := encrypt(derived(secret, "forms"), purpose, text)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// unseal reads a sealed value into v. Invalid: it is not ours, for something else, or too old.
func unseal(secret []byte, purpose, text string, now time.Time, v any) error {
	var box sealed
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		b, err = decrypt(derived(secret, "forms"), purpose, b)
	}
	if err == nil {
		err = json.Unmarshal(b, &box)
	}
	if err == nil && now.UnixMilli() > box.Until {
		err = errSeal
	}
	if err == nil {
		err = json.Unmarshal(box.Value, v)
	}
	if err != nil {
		return fault.New(fault.Invalid, "account.form_old").Because(err)
	}
	return nil
}
