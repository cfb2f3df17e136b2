package signature_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/signature"
)

func BenchmarkSign(b *testing.B) {
	for name, keys := range benchmarkKeys(b) {
		b.Run(name, func(b *testing.B) {
			body, dst := make([]byte, 1024), make([]byte, 0, 256)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				dst := append([]byte(nil), dst[:cap(dst)]...)
				for pb.Next() {
					dst = signature.Sign(dst[:0], vectorID, vectorStamp, body, keys...)
				}
			})
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for name, keys := range benchmarkKeys(b) {
		b.Run(name, func(b *testing.B) {
			body, now := make([]byte, 1024), time.Unix(vectorStamp, 0)
			header, v := signed(vectorID, now, string(body), keys...), verifier(b, keys...)
			b.ReportAllocs()
			for b.Loop() {
				check(b, v.Verify(header, body, now))
			}
		})
	}
}

func benchmarkKeys(b *testing.B) map[string][]signature.Key {
	v1, v1a := parse(b, vectorSecret), parse(b, vectorPrivate)
	return map[string][]signature.Key{"v1": {v1}, "v1-twice": {v1, v1}, "v1a": {v1a}}
}
