package fault

// Passing reports whether whatever failed will do so only for a while, such as because the database is away: every
// error that err joins is of the kind Unavailable. Who tries again by itself warns of it, and calls for help otherwise.
func Passing(err error) bool {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return KindOf(err) == Unavailable
	}
	for _, one := range joined.Unwrap() {
		if !Passing(one) {
			return false
		}
	}
	return true
}
