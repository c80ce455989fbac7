package cache

// deleteBatch bounds how many keys one hold of the mutex removes.
const deleteBatch = 256

// Delete removes key and reports whether it was there.
func (c *Cache[K, V]) Delete(key K) bool {
	hash := c.hash(key)
	c.mu.Lock()
	defer c.unlock()
	return c.delete(hash, key)
}

// DeleteMany removes the keys and returns how many were there. When it
// returns all are gone, but not at one moment: long batches let other writers
// in between.
func (c *Cache[K, V]) DeleteMany(keys []K) int {
	n := 0
	for len(keys) > 0 {
		batch := keys[:min(len(keys), deleteBatch)]
		keys = keys[len(batch):]
		n += c.deleteBatch(batch)
	}
	return n
}

// DeleteFunc removes every entry for which stale returns true, and returns how
// many it removed. stale is called with no lock held and may use the cache. An
// entry that was set after DeleteFunc began may be missed.
func (c *Cache[K, V]) DeleteFunc(stale func(key K, value V) bool) int {
	return c.removeFunc(Deleted, func(e *entry[K, V]) bool { return stale(e.key, e.value) })
}

// DeleteExpired removes every entry whose deadline has passed, and returns how
// many it removed. Nothing requires that it is ever called: it gives memory
// back early.
func (c *Cache[K, V]) DeleteExpired() int {
	now := nanos(c.now())
	return c.removeFunc(Expired, func(e *entry[K, V]) bool {
		return e.deadline != 0 && e.deadline <= now
	})
}

func (c *Cache[K, V]) deleteBatch(keys []K) int {
	var hashes [deleteBatch]uint64
	for i, key := range keys {
		hashes[i] = c.hash(key)
	}
	c.mu.Lock()
	defer c.unlock()
	n := 0
	for i, key := range keys {
		if c.delete(hashes[i], key) {
			n++
		}
	}
	return n
}

func (c *Cache[K, V]) removeFunc(why Reason, match func(*entry[K, V]) bool) int {
	n := 0
	var found []*entry[K, V]
	for i := range c.segments {
		found = c.snapshot(i, found[:0])
		matching := found[:0]
		for _, e := range found {
			if match(e) {
				matching = append(matching, e)
			}
		}
		for len(matching) > 0 {
			batch := matching[:min(len(matching), deleteBatch)]
			matching = matching[len(batch):]
			n += c.remove(batch, why)
		}
	}
	return n
}

// snapshot appends the entries of one segment, as they are at one moment.
func (c *Cache[K, V]) snapshot(segment int, to []*entry[K, V]) []*entry[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := range c.segments[segment].entries() {
		to = append(to, e)
	}
	return to
}

// remove drops those of the entries that are still there.
func (c *Cache[K, V]) remove(entries []*entry[K, V], why Reason) int {
	c.mu.Lock()
	defer c.unlock()
	n := 0
	for _, e := range entries {
		if e.hits.Load() >= 0 {
			c.drop(e, why)
			n++
		}
	}
	return n
}

// removeExpired is remove for the one entry a Get met.
func (c *Cache[K, V]) removeExpired(e *entry[K, V]) {
	c.mu.Lock()
	defer c.unlock()
	if e.hits.Load() >= 0 {
		c.drop(e, Expired)
	}
}

// All that follows runs under the mutex.

func (c *Cache[K, V]) delete(hash uint64, key K) bool {
	e, _ := c.segment(hash).find(hash, key)
	if e == nil {
		return false
	}
	c.drop(e, Deleted)
	return true
}

// drop removes an entry that the policy did not name.
func (c *Cache[K, V]) drop(e *entry[K, V], why Reason) {
	c.forget(e, why)
	c.segment(e.node.hash).unlink(&e.node)
}

// forget is drop without the unlinking.
func (c *Cache[K, V]) forget(e *entry[K, V], why Reason) {
	c.policy.Remove(&e.node, why)
	c.settle(e, why)
}

// evict drops what the policy named.
func (c *Cache[K, V]) evict(victim *Node) {
	if victim == nil {
		panic("cache: the policy found no victim though the cache is over its budget")
	}
	e := c.segment(victim.hash).unlink(victim)
	if e == nil || e.hits.Load() < 0 {
		panic("cache: the policy named a victim that is not resident")
	}
	c.settle(e, Evicted)
}

// settle takes an entry out of the account.
func (c *Cache[K, V]) settle(e *entry[K, V], why Reason) {
	c.bytes -= e.node.size
	c.entries--
	c.segment(e.node.hash).settle(e)
	c.note(e, why)
}

// note counts a removal and keeps it for the listener.
func (c *Cache[K, V]) note(e *entry[K, V], why Reason) {
	c.removed[why]++
	if c.onRemove != nil {
		c.left = append(c.left, removal[K, V]{e, why})
	}
}

// unlock gives the mutex up and then tells the listener what left.
func (c *Cache[K, V]) unlock() {
	left := c.left
	c.left = nil
	c.mu.Unlock()
	for _, r := range left {
		c.onRemove(r.entry.key, r.entry.value, r.why)
	}
}
