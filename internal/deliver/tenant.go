package deliver

// tenant is an application in the scheduler: the line of its lanes that can send now.
type tenant struct {
	lanes  deque[*lane]
	listed bool // stands in the line of tenants
}
