package criteria

// maxKept bounds each cache of what was read. A release ships ten sets or so; the rest is for boards of other days and for
// what was known at an instant.
const maxKept = 64

// kept is a cache of the values last asked for. It is not safe for concurrent use.
type kept[K comparable, V any] struct {
	most   int
	values map[K]V
	used   map[K]uint64 // when it was last asked for, in calls
	calls  uint64
}

func newKept[K comparable, V any](most int) *kept[K, V] {
	return &kept[K, V]{most: most, values: map[K]V{}, used: map[K]uint64{}}
}

// get returns the value of k, the zero value when it is not kept.
func (c *kept[K, V]) get(k K) V {
	v, ok := c.values[k]
	if ok {
		c.calls++
		c.used[k] = c.calls
	}
	return v
}

// put keeps v in the place of what was not asked for longest.
func (c *kept[K, V]) put(k K, v V) {
	if _, there := c.values[k]; !there && len(c.values) >= c.most {
		oldest, since := k, c.calls+1
		for key, at := range c.used {
			if at < since {
				oldest, since = key, at
			}
		}
		delete(c.values, oldest)
		delete(c.used, oldest)
	}
	c.calls++
	c.values[k], c.used[k] = v, c.calls
}
