package territory

// Fresh is a service over the same store that has nothing kept.
func Fresh(s *Service) *Service {
	return &Service{db: s.db, clock: s.clock, log: s.log, words: s.words}
}

// DrawingsFree reports whether nobody holds the lock of the kept drawings.
func DrawingsFree(s *Service) bool {
	free := s.drawn.mu.TryLock()
	if free {
		s.drawn.mu.Unlock()
	}
	return free
}
