package territory

// Fresh is a service over the same store that has nothing kept.
func Fresh(s *Service) *Service {
	return &Service{db: s.db, clock: s.clock, log: s.log, words: s.words}
}
