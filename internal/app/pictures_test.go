package app

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/config"
	"langso/internal/platform/i18n"
	"langso/internal/testkit/browser"
)

// sight is a view with a reference picture. says are words that the picture stands for: the page must hold them.
type sight struct {
	name, path string
	login      string // one-click login of the demo; "" = guest
	says       []string
	follow     string // link on the page that leads to the view; "" = it is the view
	still      string // script that makes the same of what is drawn at random; "" = nothing is
}

const pictureSnapshot = "?bo=xa-ntm-nang-cao-2021-2025&ky=2023"

// sights are the views of the board in depth, and the first ones that everybody opens.
var sights = []sight{
	{"bang-cong-khai", "/", "", []string{"103 xã", "SỐ LIỆU MINH HỌA"}, "", ""},
	{"bang-cong-khai-2023", "/" + pictureSnapshot, "", []string{"48 trên 111", "8.4"}, "", ""},
	{"xa-cong-khai", "/xa/24943-ka-do", "", []string{"Ka Đô"}, "", ""},
	{"xa-cu", "/xa/24940-lac-lam", "", []string{"Lạc Lâm", "Ka Đô", "01/07/2025"}, "", ""},
	{"chi-tieu-cong-khai", "/tieu-chi/xa-ntm-nang-cao-2021-2025/8.4?ky=2023", "", []string{"48 trên 111 xã", "43,2"}, "", ""},
	{"ma-tran-cong-khai", "/ma-tran", "", []string{"103"}, "", ""},
	{"luc-giac-2023", "/luc-giac" + pictureSnapshot + "&muc=8.4", "", []string{"48"}, "", ""},
	{"ban-do", "/ban-do", "", []string{"không phải bản đồ địa giới"}, "", ""},
	{"so-sanh", "/so-sanh?voi=xa-ntm-nang-cao-2021-2025/2023", "", []string{"2023"}, "", ""},
	{"tinh", "/lam-viec/tinh", "vpdp", []string{"103"}, "", ""},
	{"bang-diem", "/lam-viec/bang-diem/24943-ka-do", "vpdp", []string{"Ka Đô"}, "", ""},
	{"danh-sach-chi-tieu", "/lam-viec/chi-tieu" + pictureSnapshot, "vpdp", []string{"8.4"}, "", ""},
	{"ma-tran", "/lam-viec/ma-tran?sap=gan-dat&nhom=khong", "vpdp", []string{"103"}, "", ""},
	{"ma-tran-2023", "/lam-viec/ma-tran" + pictureSnapshot + "&cot=chi-tieu", "vpdp", []string{"111"}, "", ""},
	{"don-vi-nay", "/lam-viec/ma-tran" + pictureSnapshot + "&cot=chi-tieu&don-vi-nay=1", "vpdp", []string{"xã cũ"}, "", ""},
	{"nhap-lieu", "/lam-viec/nhap-lieu", "vpdp", []string{"Tải tệp"}, "", ""},
	{"can-lam", "/lam-viec/can-lam", "vpdp", []string{"xã"}, "", ""},
	{"giao-ban", "/lam-viec/giao-ban", "vpdp", []string{"xã"}, "", ""},
	{"kich-ban", "/lam-viec/kich-ban", "vpdp", []string{"đồng"}, "", ""},
	{"phieu-di-xa", "/lam-viec/phieu-di-xa/24943-ka-do", "vpdp", []string{"Ka Đô"}, "", ""},
	{"viec", "/lam-viec/viec", "vpdp", []string{"Việc"}, "", ""},
	{"soat-so", "/lam-viec/soat-so", "vpdp", []string{"số"}, "", ""},
	{"ky-bao-cao", "/quan-tri/ky-bao-cao", "vpdp", []string{"phiên bản"}, "", ""},
	{"bo-tieu-chi", "/quan-tri/bo-tieu-chi", "vpdp", []string{"2026"}, "", ""},
	{"mot-bo-tieu-chi", "/quan-tri/bo-tieu-chi/xa-ntm-2026-2030", "vpdp", []string{"47"}, "", ""},
	{"nhom-xa", "/quan-tri/don-vi/nhom", "vpdp", []string{"Nhóm 1"}, "", ""},
	{"ranh-gioi", "/quan-tri/don-vi/ranh-gioi", "vpdp", []string{"GeoJSON"}, "", ""},
	{"toi", "/lam-viec/toi", "vpdp", []string{"Văn phòng Điều phối"}, "", ""},
	{"thon", "/quan-tri/don-vi/thon", "vpdp", []string{"thôn"}, "", ""},
	{"toi-quan-tri", "/lam-viec/toi", "admin", []string{"Phiên", "Thiết bị", "Mã truy cập"}, "", ""},
	{"xac-thuc", "/lam-viec/toi/ung-dung", "admin", []string{"ứng dụng"}, "", stillSecret},
	{"tai-khoan", "/quan-tri/tai-khoan", "admin", []string{"tài khoản", "so-khcn"}, "", ""},
	{"mot-tai-khoan", "/quan-tri/tai-khoan?q=so-khcn", "admin", []string{"so-khcn", "Sở Khoa học"}, "main table tbody a", ""},
	{"tai-khoan-moi", "/quan-tri/tai-khoan/moi", "admin", []string{"Cần bật yếu tố thứ hai trước"}, "", ""},
}

// firstRun is the page on which the first administrator of a new database makes their account.
var firstRun = []sight{{"lan-dau", "/lan-dau", "", []string{"Tên đăng nhập", "Mật khẩu"}, "", ""}}

// stillSecret puts other text into the secret of an authenticator app, and takes its code away.
const stillSecret = `document.querySelectorAll(".ls-secret code").forEach(e => e.textContent = "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567");
document.querySelectorAll("svg[role=img] path").forEach(e => e.setAttribute("d", "M0 0h9v9h-9z"))`

// pictureDifference is the share of pixels that may differ from the reference picture.
const pictureDifference = 0.005

// Every view looks as its reference picture does, at both widths, light and dark. LANGSO_UPDATE_PICTURES=1 writes the
// pictures anew; a changed reference is explained in its commit.
func TestPictures(t *testing.T) {
	c := config.Config{Data: t.TempDir(), Clock: stands}
	a, err := open(context.Background(), c, slog.New(slog.DiscardHandler), demo)
	if err != nil {
		t.Fatal(err)
	}
	lookAt(t, a, sights)
}

// The first page of a new database looks as its reference picture does.
func TestFirstRunPicture(t *testing.T) {
	a, err := open(context.Background(), config.Config{Data: t.TempDir(), Clock: stands}, slog.New(slog.DiscardHandler), production)
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(auth.With(context.Background(), auth.CLI()), a.texts, i18n.Vi)
	if _, err := account.New(a.kit, nil).BeginFirstRun(ctx); err != nil {
		t.Fatal(err)
	}
	lookAt(t, a, firstRun)
}

// stands is a clock that stands, so that nothing on a page moves from day to day.
var stands = clock.Fixed(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC))

// lookAt serves a and compares each view with its picture.
func lookAt(t *testing.T, a *app, sights []sight) {
	t.Cleanup(func() { a.kit.DB.Close() })
	srv := httptest.NewServer(a.handler())
	defer srv.Close()
	p := browser.Open(t, browser.Options{})
	as := ""
	for _, s := range sights {
		if s.login != as {
			as = s.login
			enter(p, srv.URL, s.login)
		}
		for _, width := range []int{360, 1280} {
			p.Resize(width, 1000)
			for _, dark := range []bool{false, true} {
				p.Dark(dark)
				p.Go(srv.URL + s.path)
				if s.follow != "" {
					p.Follow(s.follow)
				}
				theme := "light"
				if dark {
					theme = "dark"
				}
				name := fmt.Sprintf("%s-%d-%s", s.name, width, theme)
				text := strings.Join(strings.Fields(browser.Eval[string](p, "document.body.textContent")), " ")
				for _, word := range s.says {
					if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), word) {
						t.Errorf("%s: the page does not say %q", name, word)
					}
				}
				if n := p.SidewaysScroll(); n > 0 {
					t.Errorf("%s: %d px wider than the window", name, n)
				}
				if s.still != "" {
					browser.Eval[any](p, s.still+"; null")
				}
				comparePicture(t, name, p.Look())
			}
		}
	}
}

// enter signs in with one click as the login; whoever was signed in leaves.
func enter(p *browser.Page, base, login string) {
	p.Go(base + "/dang-nhap")
	p.Follow("form button[value=" + login + "], form:has(input[name=login][value=" + login + "]) button")
}

// coarse keeps five bits of each colour: what no eye sees apart does not count, and the files are small.
func coarse(img image.Image) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			r, g, b, _ := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y).RGBA()
			step := func(v uint32) uint8 { return uint8(min((v>>8+4)/8*8, 255)) }
			out.SetNRGBA(x, y, color.NRGBA{step(r), step(g), step(b), 255})
		}
	}
	return out
}

// comparePicture holds what is seen against testdata/pictures/name.png.
func comparePicture(t *testing.T, name string, seen image.Image) {
	t.Helper()
	path := filepath.Join("testdata", "pictures", name+".png")
	now := coarse(seen)
	if os.Getenv("LANGSO_UPDATE_PICTURES") == "1" {
		writePicture(t, path, now)
		return
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: there is no reference picture; look at the page, then LANGSO_UPDATE_PICTURES=1", name)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(name, err)
	}
	if share := differing(want, now); share > pictureDifference {
		kept := filepath.Join(t.ArtifactDir(), name+".png")
		writePicture(t, kept, now)
		t.Errorf("%s: %.2f %% of the pixels differ from the reference picture (what is seen now: %s)", name, share*100, kept)
	}
}

// differing is the share of pixels that are not alike; one step of colour is the doing of rounding. Pictures of different
// size differ in all.
func differing(a, b image.Image) float64 {
	if a.Bounds().Size() != b.Bounds().Size() {
		return 1
	}
	n := 0
	apart := func(x, y uint32) bool { return max(x, y)-min(x, y) > 0x2222 }
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if apart(r1, r2) || apart(g1, g2) || apart(b1, b2) {
				n++
			}
		}
	}
	return float64(n) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}

func writePicture(t *testing.T, path string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

// The comparison sees what an eye would see: a block of another colour, one percent of the picture.
func TestPicturesAreCompared(t *testing.T) {
	a, b := image.NewNRGBA(image.Rect(0, 0, 100, 100)), image.NewNRGBA(image.Rect(0, 0, 100, 100))
	if d := differing(a, b); d != 0 {
		t.Errorf("a picture differs from itself by %v", d)
	}
	for i := range 100 {
		b.SetNRGBA(i%10, i/10, color.NRGBA{200, 30, 30, 255})
	}
	if d := differing(a, b); d != 0.01 {
		t.Errorf("one percent of another colour counts as %v", d)
	}
}
