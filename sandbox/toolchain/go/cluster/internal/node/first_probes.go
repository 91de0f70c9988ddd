//go:build linux

package node

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"k8s.io/kubernetes/pkg/volume"
)

// atOnce is a volume plugin that the kubelet begins with, and by which it probes containers as soon as they start. A kubelet
// that is younger than a probe's period waits for a random part of it, so that the many pods of a machine are not probed at the
// same moment after a restart. Here every kubelet is young, and its node has no pods yet: each `up` would wait for it.
type atOnce struct{ volume.VolumePlugin }

// Init is the one place where a kubelet shows itself before it runs.
func (p atOnce) Init(host volume.VolumeHost) error {
	field := reflect.ValueOf(host)
	for _, name := range []string{"kubelet", "probeManager", "start"} {
		for field.Kind() == reflect.Pointer || field.Kind() == reflect.Interface {
			field = field.Elem()
		}
		if field.Kind() != reflect.Struct {
			break
		}
		field = field.FieldByName(name)
	}
	if !field.CanAddr() || field.Type() != reflect.TypeFor[time.Time]() {
		return fmt.Errorf("Kubernetes keeps the start of a kubelet in another way than this program knows")
	}
	*(*time.Time)(unsafe.Pointer(field.UnsafeAddr())) = time.Now().Add(-24 * time.Hour)
	return p.VolumePlugin.Init(host)
}
