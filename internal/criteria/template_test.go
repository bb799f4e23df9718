package criteria

import (
	"reflect"
	"testing"
)

// plainSet returns s without what depends on the file it was read from.
func plainSet(s *Set) *Set {
	out := *s
	out.Version, out.SHA256, out.file, out.requiresLine, out.worked = 0, "", "", 0, false
	out.Groups = nil
	for _, g := range s.Groups {
		ng := g
		ng.Criteria = nil
		for _, c := range g.Criteria {
			nc := *c
			nc.Indicators = nil
			for _, i := range c.Indicators {
				ni := *i
				ni.Line, ni.Criterion = 0, nil
				nc.Indicators = append(nc.Indicators, &ni)
			}
			ng.Criteria = append(ng.Criteria, &nc)
		}
		out.Groups = append(out.Groups, ng)
	}
	out.criteria, out.indicators, out.criterionOf, out.indicatorOf = nil, nil, nil, nil
	return &out
}

// A version written as a workbook and read back unchanged is the set that its file says.
func TestTemplateComesBack(t *testing.T) {
	sets, err := Shipped()
	if err != nil || len(sets) != 4 {
		t.Fatal(len(sets), err)
	}
	for _, set := range sets {
		t.Run(set.Code, func(t *testing.T) {
			b, err := WriteTemplate(set)
			if err != nil {
				t.Fatal(err)
			}
			in, err := readIncoming("mau.xlsx", b)
			if err != nil {
				t.Fatal(err)
			}
			want, got := plainSet(set), plainSet(in.set)
			if !reflect.DeepEqual(want, got) {
				for k, g := range want.Groups {
					for n, c := range g.Criteria {
						for m, i := range c.Indicators {
							if j := got.Groups[k].Criteria[n].Indicators[m]; !reflect.DeepEqual(i, j) {
								t.Errorf("%+v\n%+v", i, j)
							}
						}
					}
				}
				want.Groups, got.Groups = nil, nil
				t.Fatalf("\n%+v\n%+v\n%s", want, got, in.body)
			}
			if in.base != set.SHA256 {
				t.Errorf("made from %s", in.base)
			}
		})
	}
}
