// Package fault is the one error type that crosses package borders.
//
// An Error carries a Code (what kind of refusal), a message Key with Args (translated only at the edge),
// the Field or place it concerns, and the cause Err, which is logged and never shown.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of refusal an error is. Only package web knows which HTTP status answers it.
type Code string

const (
	Invalid         Code = "invalid"         // the input is wrong; the message says what and where
	Unauthenticated Code = "unauthenticated" // nobody is signed in, or the credential is not accepted
	Forbidden       Code = "forbidden"       // somebody is signed in, but has no such right here
	NotFound        Code = "not_found"       // no such thing, or none that the asker may know of
	Conflict        Code = "conflict"        // the state does not allow this now
	Stale           Code = "stale"           // the version written against is no longer the newest
	Unconditional   Code = "unconditional"   // a write without the version it was made against
	TooLarge        Code = "too_large"       // more bytes or rows than the product accepts
	RateLimited     Code = "rate_limited"    // too many attempts; the message says when to try again
	Unavailable     Code = "unavailable"     // a needed service is away; trying again later helps
	Internal        Code = "internal"        // our mistake
)

// Error is a refusal with a translatable message.
type Error struct {
	Code  Code
	Key   string // message key, e.g. "assessment.unit_unknown"
	Args  []any  // for the message, in order
	Field string // form field, column or address the message is about; empty = the whole request
	Err   error  // cause, for the log only
}

// New makes an Error with a message key and its arguments.
func New(code Code, key string, args ...any) *Error {
	return &Error{Code: code, Key: key, Args: args}
}

// At returns a copy of e that names the field or place it is about.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Because returns a copy of e with its cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

func (e *Error) Error() string {
	s := string(e.Code) + " " + e.Key
	if len(e.Args) > 0 {
		s += fmt.Sprint(" ", e.Args)
	}
	if e.Field != "" {
		s += " at " + e.Field
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// As returns the first Error in err's chain; anything else becomes Internal with err as its cause. As(nil) is nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: Internal, Key: "fault.internal", Err: err}
}

// Is reports whether err carries code.
func Is(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Wrap adds one line of context to a non-nil error: defer fault.Wrap(&err, "assessment.Submit(%d)", id).
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf(format+": %w", append(args, *err)...)
	}
}
