package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"langso/internal/platform/account"
	"langso/internal/platform/i18n"
)

// firstRunLook is how often a server that waits for its first account looks whether somebody made it, on its page or on
// the command line.
const firstRunLook = 250 * time.Millisecond

// listen serves until srv is shut down. While the first account of a production database is still to be made it prints the
// one-time code and listens on this machine only, whatever address was asked for (security.md §2); then it opens that
// address.
func (a *app) listen(ctx context.Context, address string, srv *http.Server, stderr io.Writer) error {
	accounts := account.New(a.kit, nil)
	code := ""
	if a.kind == production {
		var err error
		if code, err = accounts.BeginFirstRun(ctx); err != nil {
			return err
		}
	}
	now := address
	if code != "" && !loopback(address) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		now = net.JoinHostPort("127.0.0.1", port)
	}
	l, err := net.Listen("tcp", now)
	if err != nil {
		return err
	}
	if code != "" {
		fmt.Fprintln(stderr, i18n.T(ctx, "app.first_run", fmt.Sprintf("http://%s/lan-dau", l.Addr()), code))
	}
	if now != address {
		fmt.Fprintln(stderr, i18n.T(ctx, "app.first_run_loopback", address))
	}
	fmt.Fprintf(stderr, "listening on http://%s\n", l.Addr())
	if now == address {
		return srv.Serve(l)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	look := time.NewTicker(firstRunLook)
	defer look.Stop()
	for open := true; open; {
		select {
		case err := <-ended:
			return err
		case <-look.C:
		}
		if open, err = accounts.FirstRunOpen(ctx); err != nil {
			open = true // a busy database is no reason to open the door, nor to stop
		}
	}
	_ = l.Close() // requests under way are answered; an address of all interfaces cannot be opened beside this one
	<-ended
	if l, err = net.Listen("tcp", address); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "listening on http://%s\n", l.Addr())
	return srv.Serve(l)
}
