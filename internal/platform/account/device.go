package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// device is a browser in which somebody signed in before. It opens nothing: it only gives the browser a count of
// failed attempts of its own.
type device struct {
	id     string
	logins []string // tags of the logins that signed in here, the newest last
}

// maxDeviceLogins bounds the cookie; officials of one commune may share a machine.
const maxDeviceLogins = 5

func (d device) knows(loginTag string) bool { return slices.Contains(d.logins, loginTag) }

// with returns d knowing loginTag as its newest login.
func (d device) with(loginTag string) device {
	if d.id == "" {
		b := make([]byte, 12)
		rand.Read(b)
		d.id = base64.RawURLEncoding.EncodeToString(b)
	}
	logins := slices.DeleteFunc(slices.Clone(d.logins), func(t string) bool { return t == loginTag })
	logins = append(logins, loginTag)
	d.logins = logins[max(0, len(logins)-maxDeviceLogins):]
	return d
}

// ref is how storage names the device.
func (d device) ref(secret []byte) string { return tag(secret, "device ref", d.id) }

// sign writes d as a cookie value: id.login.login….mac
func (d device) sign(secret []byte) string {
	body := strings.Join(append([]string{d.id}, d.logins...), ".")
	return body + "." + deviceMAC(secret, body)
}

// readDevice reads a cookie value; false for anything that this installation did not sign.
func readDevice(secret []byte, value string) (device, bool) {
	i := strings.LastIndexByte(value, '.')
	if i < 0 || len(value) > 512 || !hmac.Equal([]byte(value[i+1:]), []byte(deviceMAC(secret, value[:i]))) {
		return device{}, false
	}
	parts := strings.Split(value[:i], ".")
	return device{id: parts[0], logins: parts[1:]}, true
}

func deviceMAC(secret []byte, body string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("device cookie\x00" + body))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
