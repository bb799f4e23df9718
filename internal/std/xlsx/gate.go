package xlsx

import (
	"fmt"
	"io"
)

// Limits of XML inside the archive.
const (
	maxDepth = 64
	maxToken = 1 << 20 // bytes of one tag, text, comment; a cell holds at most 32,767 characters
)

// gate lets XML through that is harmless to parse: no declaration of a document type or an entity, no token without end,
// no other encoding than UTF-8. encoding/xml checks none of the first two by itself.
type gate struct {
	last  [3]byte // the bytes read last, inside a comment, CDATA or instruction
	r     io.Reader
	state gateState
	run   int    // bytes of the present token
	tail  string // last bytes inside a comment, CDATA or processing instruction; first bytes after "<!"
	begun bool
}

type gateState uint8

const (
	inText gateState = iota
	inOpen           // after "<"
	inTag
	inApostrophes
	inQuotes
	inBang // after "<!"
	inComment
	inCDATA
	inInstruction
)

func (g *gate) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if !g.begun && n > 0 {
		g.begun = true
		// A byte-order mark of UTF-16, or the zero bytes of UTF-16 or UTF-32 without one.
		if p[0] >= 0xfe || p[0] == 0 || n > 1 && p[1] == 0 {
			return 0, fmt.Errorf("%w: XML that is not UTF-8", ErrUnsafe)
		}
	}
	for _, b := range p[:n] {
		g.run++
		if g.run > maxToken {
			return 0, fmt.Errorf("%w: XML token without end", ErrUnsafe)
		}
		switch g.state {
		case inText:
			if b == '<' {
				g.state, g.run = inOpen, 0
			}
		case inOpen:
			switch b {
			case '!':
				g.state, g.tail = inBang, ""
			case '?':
				g.state, g.tail = inInstruction, ""
			default:
				g.state = inTag
				if b == '>' {
					g.state = inText
				}
			}
		case inTag:
			switch b {
			case '>':
				g.state, g.run = inText, 0
			case '\'':
				g.state = inApostrophes
			case '"':
				g.state = inQuotes
			}
		case inApostrophes:
			if b == '\'' {
				g.state = inTag
			}
		case inQuotes:
			if b == '"' {
				g.state = inTag
			}
		case inBang:
			g.tail += string(b)
			switch g.tail {
			case "-", "[", "[C", "[CD", "[CDA", "[CDAT", "[CDATA":
			case "--":
				g.state, g.tail = inComment, ""
			case "[CDATA[":
				g.state, g.tail = inCDATA, ""
			default:
				return 0, fmt.Errorf("%w: XML with a document type", ErrUnsafe)
			}
		case inComment:
			g.ends(b, "-->")
		case inCDATA:
			g.ends(b, "]]>")
		case inInstruction:
			g.ends(b, "?>")
		}
	}
	return n, err
}

// ends leaves the present state when the bytes read last are mark.
func (g *gate) ends(b byte, mark string) {
	copy(g.last[:], g.last[1:])
	g.last[len(g.last)-1] = b
	if string(g.last[len(g.last)-len(mark):]) == mark {
		g.state, g.run, g.tail, g.last = inText, 0, "", [3]byte{}
	}
}
