package ui

import (
	"context"
	"io"
	"net/http"

	"langso/internal/platform/i18n"

	"github.com/a-h/templ"
)

// Page draws a whole document: shell, error summary, flash, body.
func Page(f Frame, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return body.Render(ctx, w) })
}

// Href returns path in the language of ctx.
func Href(ctx context.Context, path string) string {
	if i18n.Of(ctx) == i18n.En {
		return "/en" + path
	}
	return path
}

// ErrorTitle is the title of an error page.
func ErrorTitle(ctx context.Context, status int) string { return http.StatusText(status) }

// ErrorBody is the body of an error page.
func ErrorBody(status int, text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { _, err := io.WriteString(w, text); return err })
}
