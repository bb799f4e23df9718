package account

import (
	"context"
	"database/sql"
	"errors"

	"langso/internal/platform/db"
)

// charge is one attempt counted on one meter.
type charge struct {
	item                  string
	untilBefore, untilNow int64
}

func readState(ctx context.Context, q db.Querier, item string) (s state, err error) {
	err = q.QueryRowContext(ctx, "SELECT failures, last_ms, until_ms FROM account_throttle WHERE item = $1", item).
		Scan(&s.failures, &s.lastMS, &s.untilMS)
	if errors.Is(err, sql.ErrNoRows) {
		return state{}, nil
	}
	return s, err
}

// allowed returns rate_limited when one of the meters makes attempts wait at nowMS; the longest wait speaks.
func allowed(ctx context.Context, q db.Querier, list []meter, nowMS int64) ([]state, error) {
	states := make([]state, len(list))
	slowest := -1
	for i, m := range list {
		s, err := readState(ctx, q, m.item)
		if err != nil {
			return nil, err
		}
		states[i] = s
		if s.untilMS > nowMS && (slowest < 0 || s.untilMS > states[slowest].untilMS) {
			slowest = i
		}
	}
	if slowest >= 0 {
		return nil, list[slowest].tooMany(states[slowest].untilMS, nowMS)
	}
	return states, nil
}

// chargeAll counts one attempt on every meter, or refuses it.
func chargeAll(ctx context.Context, tx *db.Tx, list []meter) ([]charge, error) {
	states, err := allowed(ctx, tx, list, tx.NowMS)
	if err != nil {
		return nil, err
	}
	charges := make([]charge, len(list))
	for i, m := range list {
		s := m.add(states[i], tx.NowMS)
		charges[i] = charge{item: m.item, untilBefore: states[i].untilMS, untilNow: s.untilMS}
		_, err := tx.ExecContext(ctx, `INSERT INTO account_throttle (item, failures, last_ms, until_ms) VALUES ($1, $2, $3, $4)
			ON CONFLICT (item) DO UPDATE SET failures = excluded.failures, last_ms = excluded.last_ms, until_ms = excluded.until_ms`,
			m.item, s.failures, s.lastMS, s.untilMS)
		if err != nil {
			return nil, err
		}
	}
	return charges, nil
}

// giveBack takes the count of an attempt back, because its password was right.
func giveBack(ctx context.Context, tx *db.Tx, charges []charge) error {
	for _, c := range charges {
		_, err := tx.ExecContext(ctx, `UPDATE account_throttle SET failures = failures - 1, until_ms = CASE WHEN until_ms = $1 THEN $2 ELSE until_ms END
			WHERE item = $3 AND failures > 0`, c.untilNow, c.untilBefore, c.item)
		if err != nil {
			return err
		}
	}
	return nil
}
