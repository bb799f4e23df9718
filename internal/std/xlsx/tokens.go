package xlsx

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// tokens reads the elements of one part. The namespace of the root element is the part's own, whatever its prefix and
// whether transitional or strict; elements of other namespaces (extensions) are skipped with everything inside them.
type tokens struct {
	dec    *xml.Decoder
	open   []xml.Name // the open elements, names as written, for well-formedness
	prefix string     // prefix of the part's own namespace
	known  bool       // prefix was seen on the root element
	closed bool       // the root element has ended
}

func newTokens(r io.Reader) *tokens {
	d := xml.NewDecoder(bufio.NewReaderSize(&gate{r: r}, 64<<10))
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("%w: XML in %q", ErrUnsafe, charset)
	}
	return &tokens{dec: d}
}

// next returns the next start or end of an element of the part's own namespace, or a text. At the end of a whole part it
// returns io.EOF.
func (t *tokens) next() (xml.Token, error) {
	for {
		tok, err := t.dec.RawToken()
		if err != nil {
			if err == io.EOF {
				if !t.closed {
					return nil, fmt.Errorf("%w: XML ends too early", ErrUnreadable)
				}
				return nil, io.EOF
			}
			return nil, classify(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if t.closed {
				return nil, fmt.Errorf("%w: XML with two roots", ErrUnreadable)
			}
			if err := t.push(tok); err != nil {
				return nil, err
			}
			if tok.Name.Space != t.prefix {
				if err := t.skip(); err != nil {
					return nil, err
				}
				continue
			}
			return tok, nil
		case xml.EndElement:
			if err := t.pop(tok); err != nil {
				return nil, err
			}
			return tok, nil
		case xml.CharData:
			return tok, nil
		}
	}
}

func (t *tokens) push(e xml.StartElement) error {
	if len(t.open) >= maxDepth {
		return fmt.Errorf("%w: XML nested deeper than %d", ErrUnsafe, maxDepth)
	}
	if !t.known {
		t.known, t.prefix = true, e.Name.Space
	}
	t.open = append(t.open, e.Name)
	return nil
}

func (t *tokens) pop(e xml.EndElement) error {
	n := len(t.open) - 1
	if n < 0 {
		return fmt.Errorf("%w: XML closes what it did not open", ErrUnreadable)
	}
	if t.open[n] != e.Name {
		return fmt.Errorf("%w: XML elements overlap", ErrUnreadable)
	}
	t.open = t.open[:n]
	t.closed = n == 0
	return nil
}

// skip reads to the end of the element that was opened last.
func (t *tokens) skip() error {
	for depth := len(t.open); len(t.open) >= depth; {
		tok, err := t.dec.RawToken()
		if err != nil {
			if err == io.EOF {
				return fmt.Errorf("%w: XML ends too early", ErrUnreadable)
			}
			return classify(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			err = t.push(tok)
		case xml.EndElement:
			err = t.pop(tok)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// classify keeps the errors of the gate and the archive and calls every other one unreadable.
func classify(err error) error {
	if errors.Is(err, ErrUnsafe) || errors.Is(err, ErrUnreadable) || errors.Is(err, ErrTooLarge) {
		return err
	}
	return fmt.Errorf("%w: %v", ErrUnreadable, err)
}

// attr returns the attribute of this local name without prefix, "" when it is missing.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// isTrue reads an xsd:boolean.
func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }
