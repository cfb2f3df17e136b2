package walk

import "github.com/posthorn/posthorn/internal/hook"

// Of lists that are read in one step, the functions below tell how much content an item adds to its page: the bytes of
// the texts whose length a caller chooses.

// SizeOfApplication returns the bytes of an application's texts.
func SizeOfApplication(a hook.Application) int64 {
	return lengths(a.UID, a.Name) + pairs(a.Metadata)
}

// SizeOfEndpoint returns the bytes of an endpoint's texts and sealed values.
func SizeOfEndpoint(e hook.Endpoint) int64 {
	return lengths(e.UID, e.URL, e.Description) + lengths(e.EventTypes...) + lengths(e.Channels...) + pairs(e.Metadata) +
		int64(len(e.Headers)+len(e.Credentials))
}

// SizeOfEventType returns the bytes of an event type's texts and schemas.
func SizeOfEventType(e hook.EventType) int64 {
	return lengths(e.Name, e.Description, e.Group, e.FeatureFlag) + int64(len(e.Schemas))
}

// SizeOfSource returns the bytes of a source's texts and sealed values.
func SizeOfSource(s hook.Source) int64 {
	size := lengths(s.UID, s.Name, s.Provider) + pairs(s.Options) + pairs(s.Metadata) +
		lengths(s.Rules.Methods...) + lengths(s.Rules.ContentTypes...)
	for _, secret := range s.Secrets {
		size += int64(len(secret.Sealed))
	}
	return size
}

func lengths(texts ...string) (size int64) {
	for _, text := range texts {
		size += int64(len(text))
	}
	return size
}

func pairs(of map[string]string) (size int64) {
	for name, value := range of {
		size += int64(len(name) + len(value))
	}
	return size
}

// SizeOf returns the size that a row states of its content, or nothing if the content is not read.
func SizeOf(content bool, stated int64) int64 {
	if content {
		return stated
	}
	return 0
}
